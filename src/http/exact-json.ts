import { JsonText } from '../contract/json-text.ts';

// The pattern for strings is unrolled: alternatives inside a repetition would use the stack for each character.
const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** The text of top-level members of valid JSON. If a member occurs twice, the last one counts, as in `JSON.parse`. */
function memberTexts(json: string, names: readonly string[]): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  let depth = 0;
  let name: string | undefined;
  let valueStart = 0;
  for (const { 0: text, index } of json.matchAll(token)) {
    if (depth === 1 && (text === ',' || text === '}')) {
      if (name !== undefined && names.includes(name)) texts.set(name, json.slice(valueStart, index).trim());
      name = undefined;
    } else if (depth === 1 && name === undefined) {
      name = JSON.parse(text) as string;
    } else if (depth === 1 && text === ':') {
      valueStart = index + 1;
    }
    if (text === '{' || text === '[') depth += 1;
    if (text === '}' || text === ']') depth -= 1;
  }
  return texts;
}

/** A parsed body with the named members as {@link JsonText}. Null stays null, since it means that there is no value. */
export function withExactMembers(
  body: Readonly<Record<string, unknown>>,
  json: string,
  names: readonly string[],
): Readonly<Record<string, unknown>> {
  const exact = [...memberTexts(json, names)]
    .filter(([name]) => body[name] !== null)
    .map(([name, text]) => [name, new JsonText(text)]);
  return { ...body, ...Object.fromEntries(exact) };
}

// No response can contain a NUL: requests with one are refused and no column can store it. So its escape can mark a
// place. Text that a caller wrote never looks like it, because backslashes in it are doubled.
const mark = '\0';
const writtenMark = JSON.stringify(mark);

/** Writes JSON that contains every {@link JsonText} character for character. */
export function writeExactJson(value: unknown): string {
  const texts: string[] = [];
  const marked = JSON.stringify(value, function (this: Readonly<Record<string, unknown>>, name, member: unknown) {
    const held = this[name];
    if (!(held instanceof JsonText)) return member;
    texts.push(held.text);
    return mark;
  });
  const [first = '', ...rest] = marked.split(writtenMark);
  return first + rest.map((part, index) => `${texts[index] ?? ''}${part}`).join('');
}
