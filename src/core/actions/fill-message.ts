/**
 * A tenant's own message about what is being confirmed, filled with values of the action and the user
 * (management-and-rules 6.3).
 */

/** What a placeholder can name. */
export interface MessageValues {
  readonly action: Readonly<Record<string, unknown>>;
  readonly user: Readonly<Record<string, unknown>>;
}

// A page has room for a few lines; a value of a megabyte is a mistake.
const charactersMax = 500;

/** A tenant's messages by language tag. */
export type MessagingTemplates = Readonly<Record<string, { readonly defaultTemplate: string }>>;

/** The message in the language or the closest to it, else in English; undefined if there is none. */
export function chooseTemplate(templates: MessagingTemplates | null, locale: string): string | undefined {
  const entries = Object.entries(templates ?? {});
  const of = (wish: string) => entries.find(([tag]) => tag.toLowerCase() === wish)?.[1].defaultTemplate;
  return of(locale) ?? of(locale.slice(0, 2)) ?? of('en');
}

/**
 * The message; undefined if any value in it is missing, because half a sentence can say the opposite of the whole.
 * Values are plain text, without characters that could change the direction of the text around them, and as `write` puts
 * them.
 */
export function fillMessage(
  template: string,
  values: MessageValues,
  write: (value: string) => string = (value) => value,
): string | undefined {
  let isWhole = true;
  const filled = template.replace(
    /\{\{\s*(action|user)\.([^{}.]+?)\s*\}\}/g,
    (_match, source: string, name: string) => {
      const given = source === 'action' ? values.action : values.user;
      const text = Object.hasOwn(given, name) ? dataPointText(given[name]) : undefined;
      if (text === undefined) isWhole = false;
      return text === undefined ? '' : write(text);
    },
  );
  return isWhole ? filled.slice(0, charactersMax) : undefined;
}

/** A data point as plain text; undefined if there is nothing to show of it. */
export function dataPointText(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) {
    const parts = value.map(dataPointText);
    return parts.every((part) => part !== undefined) ? parts.join(', ') : undefined;
  }
  return typeof value === 'string' && value !== ''
    ? value.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, ' ')
    : undefined;
}
