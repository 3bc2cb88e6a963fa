/** Rules that take out or replace, with a look at what they would do. */
import { useState } from 'preact/hooks';
import { t } from '../../language/index.js';
import { compileRules, type Rule, ruleFault } from '../../text/rules.js';
import { IconButton } from '../parts.js';

interface RulesProps {
  rules: Rule[];
  /** Paragraphs on which the rules are tried. */
  sample: string[];
  onChange: (rules: Rule[]) => void;
}

export function Rules({ rules: kept, sample, onChange }: RulesProps) {
  // What is being typed is here alone, and stays while something else is kept.
  const [rules, setRules] = useState(kept);
  const keep = (next: Rule[]) => {
    setRules(next);
    onChange(next);
  };
  const edited = (at: number, part: Partial<Rule>) =>
    rules.map((rule, other) => (other === at ? { ...rule, ...part } : rule));
  const typed = (at: number, name: 'name' | 'pattern' | 'replacement') => ({
    value: rules[at]?.[name],
    onInput: ({ currentTarget }: { currentTarget: HTMLInputElement }) =>
      setRules(edited(at, { [name]: currentTarget.value })),
    onChange: ({ currentTarget }: { currentTarget: HTMLInputElement }) =>
      keep(edited(at, { [name]: currentTarget.value })),
  });
  return (
    <div class="rules">
      {rules.map((rule, at) => (
        <fieldset key={at} class="rule">
          <legend class="unseen">{rule.name || t('rules.rule', { n: at + 1 })}</legend>
          <div class="rule-head">
            <input
              type="checkbox"
              checked={rule.enabled}
              aria-label={t('rules.enabled')}
              onChange={(event) => keep(edited(at, { enabled: event.currentTarget.checked }))}
            />
            <input
              class="rule-name"
              {...typed(at, 'name')}
              aria-label={t('rules.name')}
              placeholder={t('rules.name')}
            />
            <IconButton
              icon="delete"
              class="small"
              label={t('action.delete')}
              onClick={() => keep(rules.filter((_, other) => other !== at))}
            />
          </div>
          <input
            class="code"
            {...typed(at, 'pattern')}
            spellcheck={false}
            aria-label={t('rules.pattern')}
            placeholder={t('rules.pattern')}
            aria-invalid={ruleFault(rule) !== null}
          />
          <input
            class="code"
            {...typed(at, 'replacement')}
            spellcheck={false}
            aria-label={t('rules.replacement')}
            placeholder={t('rules.replacement')}
          />
          <label class="inline">
            <input
              type="checkbox"
              checked={rule.regex}
              onChange={(event) => keep(edited(at, { regex: event.currentTarget.checked }))}
            />
            {t('rules.regex')}
          </label>
          <Preview rule={rule} sample={sample} />
        </fieldset>
      ))}
      <button
        type="button"
        class="small"
        onClick={() => keep([...rules, { name: '', pattern: '', replacement: '', regex: false, enabled: true }])}
      >
        {t('rules.add')}
      </button>
    </div>
  );
}

const MOST = 2;

function Preview({ rule, sample }: { rule: Rule; sample: string[] }) {
  const fault = ruleFault(rule);
  if (rule.pattern === '') return null;
  if (fault) {
    return (
      <p class="fault" role="status">
        {t('rules.wrong')}
      </p>
    );
  }
  if (!rule.enabled || sample.length === 0) return null;
  const replace = compileRules([rule]);
  const changed = sample
    .map((before) => ({ before, after: replace(before) }))
    .filter(({ before, after }) => before !== after);
  return (
    <div class="rule-preview">
      <span class="hint">{t('rules.changes', { n: changed.length })}</span>
      {changed.slice(0, MOST).map(({ before, after }) => (
        <p key={before} lang="zh">
          <del>{before.slice(0, 60)}</del> <ins>{after.slice(0, 60)}</ins>
        </p>
      ))}
    </div>
  );
}
