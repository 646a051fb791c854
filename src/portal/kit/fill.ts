/** How the sentences of `src/texts/` get their values. A value that is missing, or too many, does not compile. */
import { locale } from '#portal-texts/locale.ts';
import { Fragment, createElement } from 'react';
import type { ReactNode } from 'react';
import { fillText } from '../../texts/fill-text.ts';
import type { CountedText } from '../../texts/portal-texts.ts';
import { countWords } from './words.ts';

/** The names of the `{name}` in a text. */
type Mark<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Mark<Rest> : never;
/** The names of the `<name>…</name>` in a text. */
type Tag<Text extends string> = Text extends `${string}</${infer Name}>${infer Rest}` ? Name | Tag<Rest> : never;

export function fill<Text extends string>(text: Text, values: Readonly<Record<Mark<Text>, string | number>>): string {
  return fillText(text, values);
}

/** A sentence with parts of the page in it: `{name}` is replaced, what `<name>` encloses is handed to its value. */
export function fillNodes<Text extends string>(
  text: Text,
  values: Readonly<Record<Mark<Text>, ReactNode> & Record<Tag<Text>, (words: string) => ReactNode>>,
): ReactNode {
  const given: Readonly<Record<string, ReactNode | ((words: string) => ReactNode)>> = values;
  const parts: ReactNode[] = [];
  let at = 0;
  for (const { 0: whole, 1: mark = '', 2: tag, 3: words = '', index } of text.matchAll(
    /\{(\w+)\}|<(\w+)>(.*?)<\/\2>/g,
  )) {
    const value = given[tag ?? mark];
    parts.push(text.slice(at, index), typeof value === 'function' ? value(words) : value);
    at = index + whole.length;
  }
  // As children of their own they need no keys.
  return createElement(Fragment, null, ...parts, text.slice(at));
}

const plurals = new Intl.PluralRules(locale);

/** A text in the plural for a number; `{count}` is replaced with the number, as `countWords` has it. */
export function counted<const Forms extends CountedText>(
  forms: Forms,
  count: number,
  ...[values]: Exclude<Mark<Forms[keyof Forms & string] & string>, 'count'> extends never
    ? []
    : [values: Readonly<Record<Exclude<Mark<Forms[keyof Forms & string] & string>, 'count'>, string | number>>]
): string {
  const all: CountedText = forms;
  return fillText(all[plurals.select(count)] ?? all.other, { count: countWords(count), ...values });
}
