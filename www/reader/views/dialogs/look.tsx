/** How the text looks. */
import { t } from '../../language/index.js';
import { change, settings } from '../../state/settings.js';
import { Choice, Dialog, Slider, Switch } from '../parts.js';

export function LookChoices() {
  const { theme, fontSize, lineHeight, width, pinyin, pictures, melody } = settings.value;
  return (
    <>
      <Choice
        id="theme"
        label={t('look.theme')}
        value={theme}
        choices={[
          ['system', t('look.system')],
          ['light', t('look.light')],
          ['sepia', t('look.sepia')],
          ['dark', t('look.dark')],
        ]}
        onChange={(theme) => change({ theme })}
      />
      <Slider
        label={t('look.size')}
        min={14}
        max={40}
        step={1}
        value={fontSize}
        format={(value) => `${value}`}
        onChange={(fontSize) => change({ fontSize })}
      />
      <Slider
        label={t('look.leading')}
        min={1.4}
        max={2.6}
        step={0.1}
        value={lineHeight}
        format={(value) => value.toFixed(1)}
        onChange={(lineHeight) => change({ lineHeight })}
      />
      <Slider
        label={t('look.width')}
        min={20}
        max={60}
        step={1}
        value={width}
        format={(value) => t('look.columns', { n: value })}
        onChange={(width) => change({ width })}
      />
      <Switch
        id="pinyin"
        label={t('look.pinyin')}
        hint={t('look.pinyinHint')}
        checked={pinyin}
        onChange={(pinyin) => change({ pinyin })}
      />
      <Switch
        id="pictures"
        label={t('look.pictures')}
        hint={t('look.picturesHint')}
        checked={pictures}
        onChange={(pictures) => change({ pictures })}
      />
      <Switch
        id="show-melody"
        label={t('look.melody')}
        hint={t('look.melodyHint')}
        checked={melody}
        onChange={(melody) => change({ melody })}
      />
    </>
  );
}

export function Look({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={t('book.look')} onClose={onClose} id="look-dialog">
      <LookChoices />
    </Dialog>
  );
}
