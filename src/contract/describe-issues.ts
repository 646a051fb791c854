import type { z } from 'zod';

// A person reads the response: a few mistakes are corrected at once, many more have a different cause.
const issuesMax = 8;
// Unknown member names of callers are repeated, but only up to this length.
const nameCharactersMax = 64;

/** What each invalid value should be, in words and with its path, for an error of {@link parseWith}. */
export function describeIssues({ issues }: z.ZodError): string {
  const each = issues.flatMap(({ path, ...issue }) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => withPath([...path, key], issue.message))
      : withPath(path, issue.message),
  );
  const sentences = [...new Set(each)];
  const left = sentences.length - issuesMax;
  const rest = left > 0 ? [`And ${left} more ${left === 1 ? 'mistake' : 'mistakes'}.`] : [];
  return [...sentences.slice(0, issuesMax), ...rest].join(' ');
}

/** Parses with our own sentences where the schema has none: they never mention types of JavaScript. */
export function parseWith<Schema extends z.ZodType>(
  schema: Schema,
  given: unknown,
): z.ZodSafeParseResult<z.output<Schema>> {
  return schema.safeParse(given, { error: demandOf });
}

function withPath(parts: readonly PropertyKey[], message: string): string {
  const path = parts.map((part) => short(String(part))).join('.');
  if (/^(?:must|is|does) /.test(message)) return `${path === '' ? 'The value' : path} ${message}`;
  const name = String(parts.at(-1) ?? '');
  // A sentence of the schema's own contains the name of its member, but not its place.
  if (parts.length <= 1 && message.includes(name)) return message;
  return message.startsWith(`${name} `) ? `${path}${message.slice(name.length)}` : `${path}: ${message}`;
}

function short(name: string): string {
  return name.length <= nameCharactersMax ? name : `${name.slice(0, nameCharactersMax)}…`;
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
};

/** The rest of a sentence that starts with the path of the value. */
function demandOf(issue: z.core.$ZodRawIssue): string {
  if (issue.code === 'unrecognized_keys') return 'is not a known field.';
  if (issue.input === undefined) return 'is required.';
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${typeNames[issue.expected] ?? 'of another type'}.`;
    case 'invalid_value':
      return `must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map(String).join(', ')}.`;
    case 'too_big':
      return `must ${bound(issue.origin, 'at most', issue.maximum)}.`;
    case 'too_small':
      return `must ${bound(issue.origin, 'at least', issue.minimum)}.`;
    default:
      return 'does not have the form that is expected.';
  }
}

function bound(origin: string, which: 'at most' | 'at least', size: number | bigint): string {
  if (origin === 'number' || origin === 'int') return `be ${which} ${size}`;
  const unit = origin === 'string' ? 'character' : 'item';
  return `have ${which} ${size} ${unit}${Number(size) === 1 ? '' : 's'}`;
}
