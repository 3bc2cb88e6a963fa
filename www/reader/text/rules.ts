/** Rules that a reader can edit: what is taken out of a text, or said in other words. */
import type { Chapter, Paragraph } from './book.js';
import DEFAULTS from './rules.json' with { type: 'json' };

export interface Rule {
  name: string;
  pattern: string;
  replacement: string;
  /** Whether `pattern` is a regular expression. */
  regex: boolean;
  enabled: boolean;
}

export const DEFAULT_RULES: Rule[] = DEFAULTS;

type Replace = (text: string) => string;

/** Why a rule can't be used; null where it can. */
export function ruleFault({ pattern, regex }: Rule): string | null {
  if (pattern === '') return 'empty';
  if (!regex) return null;
  try {
    new RegExp(pattern, 'gu');
    return null;
  } catch (error) {
    return String((error as Error).message);
  }
}

function compile(rule: Rule): Replace | null {
  if (!rule.enabled || ruleFault(rule)) return null;
  if (!rule.regex) return (text) => text.replaceAll(rule.pattern, () => rule.replacement);
  const expression = new RegExp(rule.pattern, 'gu');
  return (text) => text.replace(expression, rule.replacement);
}

/** A text with every rule applied, in their order. */
export function compileRules(rules: Rule[]): Replace {
  const steps = rules.map(compile).filter((step) => step !== null);
  return (text) => steps.reduce((changed, step) => step(changed), text);
}

/** The chapter as it is shown and read: paragraphs of which nothing is left are gone. */
export function applyRules(chapter: Chapter, rules: Rule[]): Chapter {
  const replace = compileRules(rules);
  const paragraphs: Paragraph[] = [];
  for (const paragraph of chapter.paragraphs) {
    const text = replace(paragraph.text);
    if (text === paragraph.text) paragraphs.push(paragraph);
    // Ruby stands at offsets of the text as it was.
    else if (text.trim() !== '') paragraphs.push({ ...(paragraph.heading && { heading: true as const }), text });
  }
  return { ...chapter, paragraphs };
}
