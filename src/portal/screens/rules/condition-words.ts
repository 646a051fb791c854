/** Conditions in a few words, for lists. */
import { conditionWordsTexts } from '#portal-texts/rules.ts';
import { fill } from '../../kit/fill.ts';
import { isGroup, isPast, readCondition } from './condition-tree.ts';
import type { TreeGroup, TreeRule } from './condition-tree.ts';
import { isPastValue, operatorWords, shapeOf } from './builder-fields.ts';

const charactersMax = 160;

/** "custom.amount is more than 2000 and device.isNew is true"; the JSON itself where nothing can be drawn. */
export function conditionWords(text: string | null): string {
  const tree = readCondition(text, () => true);
  if (tree === undefined) return cut(text ?? '');
  if (tree.rules.length === 0)
    return tree.isBare === true || text === null ? conditionWordsTexts.always : conditionWordsTexts.never;
  return cut(groupWords(tree));
}

function groupWords({ rules, combinator, not }: TreeGroup): string {
  const parts = rules.map((part) => (isGroup(part) ? `(${groupWords(part)})` : ruleWords(part)));
  const joint = combinator === 'or' ? conditionWordsTexts.or : conditionWordsTexts.and;
  const words = parts.length === 0 ? '' : parts.reduce((one, other) => fill(joint, { one, other }));
  return not === true ? fill(conditionWordsTexts.not, { group: words }) : words;
}

function ruleWords({ field, operator, value }: TreeRule): string {
  const than = isPastValue(value) ? value.than : value;
  const subject = isPast(field) && isPastValue(value) ? `${field}(${value.asked.join(', ')})` : field;
  switch (shapeOf(operator)) {
    case 'none':
      return `${subject} ${operatorWords(operator)}`;
    case 'two':
      return `${subject} ${operatorWords(operator)} ${betweenWords(than as readonly unknown[])}`;
    case 'many':
      return `${subject} ${operatorWords(operator)} ${(than as readonly unknown[]).join(', ')}`;
    default:
      return `${subject} ${operatorWords(operator)} ${String(than)}`;
  }
}

const betweenWords = ([from, to]: readonly unknown[]) =>
  fill(conditionWordsTexts.twoValues, { from: String(from ?? ''), to: String(to ?? '') });

const cut = (words: string) => (words.length > charactersMax ? `${words.slice(0, charactersMax)}…` : words);
