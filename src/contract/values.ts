/** The values that travel on the wire, each with its limits and the reason for them. */
import { parseUrl } from './parse-url.ts';
import { z } from 'zod';
import { isMailbox } from '../core/authenticators/is-mailbox.ts';

const userActionStates = [
  'ALLOW',
  'BLOCK',
  'CHALLENGE_REQUIRED',
  'CHALLENGE_SUCCEEDED',
  'CHALLENGE_FAILED',
  'REVIEW_REQUIRED',
  'REVIEW_SUCCEEDED',
  'REVIEW_FAILED',
] as const;
export const userActionState = z.enum(userActionStates).meta({ id: 'UserActionState' });

/** What a rule or an action's default says should happen. */
export const outcome = z.enum(['ALLOW', 'CHALLENGE', 'REVIEW', 'BLOCK']).meta({ id: 'Outcome' });

/** How much a proof says (ruling 10). */
export const assurance = z.enum(['low', 'restricted', 'medium', 'high']).meta({ id: 'Assurance' });

/** Every verification method the wire knows; this server builds those in `methods/`. */
export const verificationMethods = [
  'SMS',
  'AUTHENTICATOR_APP',
  'RECOVERY_CODE',
  'EMAIL_MAGIC_LINK',
  'EMAIL_OTP',
  'PUSH',
  'DEVICE',
  'SECURITY_KEY',
  'PASSKEY',
  'VERIFF',
  'IPROOV',
  'PALM_BIOMETRICS_RR',
  'IDVERSE',
  'WHATSAPP',
  'QR_CODE',
  'IN_APP',
  'ONFIDO',
  'APPLE_ID_TOKEN',
  'GOOGLE_ID_TOKEN',
  'DIGITAL_CREDENTIAL',
  'OIDC_PROVIDER',
] as const;
export const verificationMethod = z.enum(verificationMethods).meta({ id: 'VerificationMethod' });
export type VerificationMethod = z.infer<typeof verificationMethod>;

const authScopes = [
  'read:authenticators',
  'add:authenticators',
  'update:authenticators',
  'remove:authenticators',
] as const;

// Official SDKs put ids into paths without encoding them, so everything that changes a path is refused (ruling 4). URL
// parsers cut trailing spaces off and put U+FFFD for half a surrogate pair: both would make two ids one user.
const pathDangerous = /[\u0000-\u001f\u007f-\u009f/\\?#%\ufffd]| $/;

function identifier(name: string) {
  return z
    .string()
    .refine(
      (text) =>
        text !== '' &&
        text !== '.' &&
        text !== '..' &&
        !pathDangerous.test(text) &&
        text.isWellFormed() &&
        (text.length <= 256 || (text.length <= 512 && [...text].length <= 256)),
      `${name} must have 1 to 256 characters, must not be "." or "..", and must not contain control characters, U+FFFD, any of / \\ ? # % or a space at the end.`,
    )
    .meta({ minLength: 1, maxLength: 256 });
}

/** Chosen by the customer; kept byte for byte, never folded or normalised. */
export const userId = identifier('userId');
export const idempotencyKey = identifier('idempotencyKey');
export const deviceId = identifier('deviceId');

export const actionCode = z
  .string()
  .regex(/^[a-zA-Z0-9_-]{1,64}$/, 'action must have 1 to 64 characters out of a-z, A-Z, 0-9, "_" and "-".');

/** Opaque ids of ours. Anything that is not a UUID names nothing. */
export const opaqueId = z.string();

/** An instant, ISO 8601 in UTC with milliseconds. */
export const timestamp = z.string().meta({ format: 'date-time', examples: ['2025-02-20T01:51:56.070Z'] });

/** Text of at most `max` UTF-16 units that a database can store: bodies are checked as a whole, but queries are not. */
export const text = (max: number) =>
  z
    .string()
    .max(max)
    .refine(
      (given) => !given.includes('\0') && given.isWellFormed(),
      'Text must not contain NUL characters or lone surrogates.',
    );

/** A token, or whatever stands in its place: the body alone bounds it, so that one that is far too long is a bad one, too. */
export const token = z.string();

/** A code as it is given back. It is text: a number has lost its leading zeros (ruling 45). */
export const verificationCode = z
  .string('verificationCode must be a string: a number loses leading zeros.')
  .min(1, 'verificationCode must not be empty.')
  .max(64)
  .refine((given) => given.isWellFormed(), 'verificationCode must not contain lone surrogates.');

/** Shown to people: 1 to 256 characters, none of them a control character. */
export const displayName = z
  .string()
  .regex(/^[^\p{Cc}]{1,256}$/u, 'displayName must have 1 to 256 characters and no control characters.');

/** Kept as given. Live SDK tests store `test@email`, so a domain needs no dot. */
export const email = z
  .string()
  .max(320)
  .refine(
    isMailbox,
    'email must be one address that mail goes to as it is written, such as ann@example.com: without name, brackets, quotes, link, invisible or look-alike characters, or a dot at its end.',
  )
  .meta({ examples: ['ann@example.com'] });

/** In a query, where a raw "+" arrives as a space. */
export const queriedEmail = text(320).transform((given) => given.replaceAll(' ', '+'));

/** Kept as given by track and update user: live SDK tests store numbers without a country code there. */
export const storedPhoneNumber = z
  .string()
  .regex(/^\+?[0-9][0-9 ().-]{2,30}$/, 'phoneNumber must be a phone number, best in E.164 form such as +6427123456.');

/** In a query, where a raw "+" arrives as a space; no stored number begins with one. */
export const queriedPhoneNumber = text(32).transform((given) => given.replace(/^ /, '+'));

/** A number that messages will be sent to: E.164 syntax. The numbering plan is not checked. */
export const sendablePhoneNumber = z
  .string()
  .regex(/^\+[1-9][0-9]{6,14}$/, 'phoneNumber must be in E.164 form, such as +6427123456.');

export const locale = z
  .string()
  .regex(/^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,4}$/, 'locale must be a language tag such as en or en-NZ.');

// Deep enough for any real data; far below where JSON functions overflow the stack.
const jsonDepthMax = 20;

/** Any JSON value that survives storing: no number beyond what JSON readers agree on, no more than 20 levels. */
function jsonProblem(value: unknown, depth: number): string | undefined {
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
      return 'custom has a number that JSON readers round (beyond ±(2^53-1)): send it as a string.';
    }
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth >= jsonDepthMax) return `custom must not be nested deeper than ${jsonDepthMax} levels.`;
  for (const member of Object.values(value)) {
    const problem = jsonProblem(member, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Free data of the customer: a JSON object, stored as sent. */
export const custom = z
  .custom<Readonly<Record<string, unknown>>>()
  .superRefine((value: unknown, context) => {
    const problem =
      typeof value !== 'object' || value === null || Array.isArray(value)
        ? 'custom must be a JSON object.'
        : jsonProblem(value, 0);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  })
  .meta({ type: 'object', additionalProperties: true });

/** Schemes that run code or hide their target; a redirect to one is an attack (ruling 14). */
const refusedSchemes = new Set([
  'javascript:',
  'data:',
  'vbscript:',
  'blob:',
  'file:',
  'about:',
  'filesystem:',
  'view-source:',
]);

/** Where the pages return to: an absolute URL, normalised by the WHATWG parser. */
export const redirectUrl = z
  .string()
  .max(2048)
  .transform((given, context) => {
    const url = parseUrl(given);
    if (url === undefined || refusedSchemes.has(url.protocol) || url.username !== '' || url.password !== '') {
      context.addIssue({
        code: 'custom',
        message:
          'redirectUrl must be an absolute URL with http, https or an app scheme, without user name and password.',
      });
      return z.NEVER;
    }
    return url.href;
  });

/** A host that the pages are reached at, beside this server's own. */
export const customDomain = z
  .string()
  .max(260)
  .regex(
    /^(?!-)[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?$/i,
    'customDomain must be a host name, optionally with a port.',
  );

function scopeOutOf(scopes: readonly string[]) {
  return z.string().refine((given) => given.split(' ').every((part) => part === '' || scopes.includes(part)), {
    message: `scope must be a space-separated list out of ${scopes.join(', ')}.`,
  });
}

export const scope = scopeOutOf(authScopes);

/** What a challenge of the backend's may do beside proving a contact: nothing that only takes away (ruling 59). */
export const challengeScope = scopeOutOf(['add:authenticators', 'update:authenticators']);

/** How many of a list are asked for at most, in a query. */
export function limit(max: number) {
  return z
    .string()
    .regex(/^[0-9]{1,4}$/, `limit must be a whole number from 1 to ${max}.`)
    .transform(Number)
    .pipe(z.number().min(1, 'limit must be at least 1.').max(max, `limit must be at most ${max}.`));
}

/** An optional member of a request: null counts as absent everywhere but in PATCH user. */
export function optional<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullish().transform((value) => value ?? undefined);
}

/** An optional text that an action is tracked with: empty counts as absent, too (ruling 37). */
export function optionalText<Schema extends z.ZodType<unknown, string>>(schema: Schema) {
  return z.preprocess((value) => (value === '' ? undefined : value), optional(schema)).optional();
}
