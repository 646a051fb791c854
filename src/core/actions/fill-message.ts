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

/**
 * The message; undefined if any value in it is missing, because half a sentence can say the opposite of the whole.
 * Values are plain text, without characters that could change the direction of the text around them.
 */
export function fillMessage(template: string, values: MessageValues): string | undefined {
  let isWhole = true;
  const filled = template.replace(
    /\{\{\s*(action|user)\.([^{}.]+?)\s*\}\}/g,
    (_match, source: string, name: string) => {
      const given = source === 'action' ? values.action : values.user;
      const text = Object.hasOwn(given, name) ? asText(given[name]) : undefined;
      if (text === undefined) isWhole = false;
      return text ?? '';
    },
  );
  return isWhole ? filled.slice(0, charactersMax) : undefined;
}

function asText(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) {
    const parts = value.map(asText);
    return parts.every((part) => part !== undefined) ? parts.join(', ') : undefined;
  }
  return typeof value === 'string' && value !== ''
    ? value.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, ' ')
    : undefined;
}
