/** Opens files from the shelf's head. */
import { ACCEPT } from '../../formats/accept.js';
import { t } from '../../language/index.js';
import { Icon } from '../parts.js';
import { openFiles } from './dropped.js';

export function OpenButton() {
  return (
    <label class="icon-button" title={t('library.open')} for="open">
      <Icon name="add" />
      <span class="unseen">{t('library.open')}</span>
      <FileInput id="open" />
    </label>
  );
}

export function FileInput({ id }: { id: string }) {
  return (
    <input
      class="unseen"
      type="file"
      multiple
      accept={ACCEPT}
      id={id}
      onChange={(event) => {
        const files = [...(event.currentTarget.files ?? [])];
        event.currentTarget.value = '';
        void openFiles(files);
      }}
    />
  );
}
