/** Opens files from the shelf's head. */
import { ACCEPT } from '../../formats/accept.js';
import { t } from '../../language/index.js';
import { go } from '../../router.js';
import { addFiles } from '../../state/shelf.js';
import { Icon } from '../parts.js';

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

/** One file is opened at once; several stay on the shelf. */
export async function openFiles(files: File[]): Promise<void> {
  const books = await addFiles(files);
  const [only] = books;
  if (files.length === 1 && only) go({ view: 'book', id: only.id });
}
