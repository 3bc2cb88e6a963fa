/** Rules that take out or replace, with a look at what they would do. */
import { t } from '../../language/index.js';
import { compileRules, type Rule, ruleFault } from '../../text/rules.js';
import { IconButton } from '../parts.js';

interface RulesProps {
  rules: Rule[];
  /** Paragraphs on which the rules are tried. */
  sample: string[];
  onChange: (rules: Rule[]) => void;
}

export function Rules({ rules, sample, onChange }: RulesProps) {
  const put = (at: number, part: Partial<Rule>) =>
    onChange(rules.map((rule, other) => (other === at ? { ...rule, ...part } : rule)));
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
              onChange={(event) => put(at, { enabled: event.currentTarget.checked })}
            />
            <input
              class="rule-name"
              value={rule.name}
              aria-label={t('rules.name')}
              placeholder={t('rules.name')}
              onChange={(event) => put(at, { name: event.currentTarget.value })}
            />
            <IconButton
              icon="delete"
              class="small"
              label={t('action.delete')}
              onClick={() => onChange(rules.filter((_, other) => other !== at))}
            />
          </div>
          <input
            class="code"
            value={rule.pattern}
            spellcheck={false}
            aria-label={t('rules.pattern')}
            placeholder={t('rules.pattern')}
            aria-invalid={ruleFault(rule) !== null}
            onChange={(event) => put(at, { pattern: event.currentTarget.value })}
          />
          <input
            class="code"
            value={rule.replacement}
            spellcheck={false}
            aria-label={t('rules.replacement')}
            placeholder={t('rules.replacement')}
            onChange={(event) => put(at, { replacement: event.currentTarget.value })}
          />
          <label class="inline">
            <input
              type="checkbox"
              checked={rule.regex}
              onChange={(event) => put(at, { regex: event.currentTarget.checked })}
            />
            {t('rules.regex')}
          </label>
          <Preview rule={rule} sample={sample} />
        </fieldset>
      ))}
      <button
        type="button"
        class="small"
        onClick={() => onChange([...rules, { name: '', pattern: '', replacement: '', regex: false, enabled: true }])}
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
