/**
 * A text with its `{name}` marks filled in, in one pass: a mark in a value stays as it is. Marks without a value are
 * removed.
 */
export function fillText(text: string, ...values: readonly Readonly<Record<string, string | number>>[]): string {
  return text.replace(/\{(\w+)\}/g, (_mark, name: string) =>
    String(values.find((given) => Object.hasOwn(given, name))?.[name] ?? ''),
  );
}
