/** The values on the wire, each with its limits and the reason for them. */
import { parseUrl } from './parse-url.ts';
import { z } from 'zod';
import { e164 } from '../core/authenticators/is-e164.ts';
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
export const userActionState = z.enum(userActionStates).meta({
  id: 'UserActionState',
  description:
    'Where an action stands. `ALLOW` and `BLOCK` need nothing more. `CHALLENGE_REQUIRED` waits for the user to verify, and ends as `CHALLENGE_SUCCEEDED` or `CHALLENGE_FAILED`. `REVIEW_REQUIRED` waits for your staff, and ends as `REVIEW_SUCCEEDED` or `REVIEW_FAILED`.',
});

/** The result that a rule or an action's default asks for. */
export const outcome = z.enum(['ALLOW', 'CHALLENGE', 'REVIEW', 'BLOCK']).meta({
  id: 'Outcome',
  description:
    'What a rule, or the default of an action, decides: let it pass, challenge the user, hold it for review, or block it.',
});

/** How much a verification proves (ruling 10). */
export const assurance = z.enum(['low', 'restricted', 'medium', 'high']).meta({
  id: 'Assurance',
  description:
    'How much a verification proves, from weakest to strongest. `low`: email and recovery codes. `restricted`: text messages. `medium`: authenticator apps, and keys that did not verify who used them. `high`: keys that did, by fingerprint, face or PIN.',
});

/** Every verification method of the wire; this server implements those in `methods/`. */
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
/** How codes go to phones. */
export const smsChannel = z.enum(['DEFAULT', 'WHATSAPP']);

export const verificationMethod = z.enum(verificationMethods).meta({
  id: 'VerificationMethod',
  description:
    'A way to verify a user. Sallyport has `EMAIL_OTP`, `EMAIL_MAGIC_LINK`, `AUTHENTICATOR_APP`, `PASSKEY`, `SECURITY_KEY` and `RECOVERY_CODE`, and enrols `SMS` and `WHATSAPP`; the other names are known to the official SDKs and reserved.',
});
export type VerificationMethod = z.infer<typeof verificationMethod>;

const authScopes = [
  'read:authenticators',
  'add:authenticators',
  'update:authenticators',
  'remove:authenticators',
] as const;

// Official SDKs put ids into paths without encoding them, so everything that changes a path is refused (ruling 4). URL
// parsers remove trailing spaces and replace half a surrogate pair by U+FFFD: both would turn two ids into one user.
const pathDangerous = /[\u0000-\u001f\u007f-\u009f/\\?#%\ufffd]| $/;

function identifier(name: string, description: string) {
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
    .meta({ minLength: 1, maxLength: 256, description });
}

/** Chosen by the customer; kept byte for byte, never folded or normalised. */
export const userId = identifier(
  'userId',
  'Your own id of the user: 1 to 256 characters, kept exactly as given. It cannot be `.` or `..`, contain control characters or any of `/ \\ ? # %`, or end with a space.',
);
export const idempotencyKey = identifier(
  'idempotencyKey',
  'Which occurrence of the action this is, unique for the user and the action: 1 to 256 characters, with the same restrictions as a user id.',
);
export const deviceId = identifier(
  'deviceId',
  'The device, as the browser SDK or your app names it: 1 to 256 characters, with the same restrictions as a user id.',
);

export const actionCode = z
  .string()
  .regex(/^[a-zA-Z0-9_-]{1,64}$/, 'action must have 1 to 64 characters out of a-z, A-Z, 0-9, "_" and "-".')
  .describe('Your name for what the user does, such as `signIn`: 1 to 64 letters, digits, `_` and `-`.');

/** Opaque ids that Sallyport creates. A value that is not a UUID names nothing. */
export const opaqueId = z.string().describe('An id that Sallyport made, a UUID.');

/** An instant, ISO 8601 in UTC with milliseconds. */
export const timestamp = z.string().meta({
  format: 'date-time',
  examples: ['2025-02-20T01:51:56.070Z'],
  description: 'A time, ISO 8601 in UTC with milliseconds.',
});

const isoDate = /^(\d{4}-\d{2}-\d{2})(?:(T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(?:Z|([+-]\d{2}):?(\d{2}))?)?$/;

/** Milliseconds since the epoch; NaN if it is not a date. Without a zone it is UTC, not the server's time zone. */
function instantMs(given: string): number {
  // A "+" of a time zone arrives as a space from callers that do not encode it.
  const [, day, time = 'T00:00', hours = '+00', minutes = '00'] =
    isoDate.exec(given.replace(/ (?=\d{2}:?\d{2}$)/, '+')) ?? [];
  // The JavaScript engine's parser lets 30 February roll over into March.
  if (day === undefined || new Date(Date.parse(`${day}T00:00Z`) || 0).toISOString().slice(0, 10) !== day) {
    return Number.NaN;
  }
  return Date.parse(`${day}${time}${hours}:${minutes}`);
}

/** A time that a caller sends, in milliseconds. `problem` is what is said of anything else. */
export const instant = (problem: string) =>
  z
    .string()
    .max(64)
    .transform((given, context) => {
      const timeMs = instantMs(given);
      if (Number.isNaN(timeMs)) {
        context.addIssue({ code: 'custom', message: problem });
        return z.NEVER;
      }
      return timeMs;
    });

/** Text of at most `max` UTF-16 units that a database can store: bodies are checked as a whole, but queries are not. */
export const text = (max: number) =>
  z
    .string()
    .max(max)
    .refine(
      (given) => !given.includes('\0') && given.isWellFormed(),
      'Text must not contain NUL characters or lone surrogates.',
    );

/**
 * A token, or anything in its place. Only the size of the body limits it, so that one that is far too long is also an
 * invalid token.
 */
export const token = z.string().describe('A token that Sallyport issued, exactly as you got it. Treat it as opaque.');

/** A code as the user returns it. It is text, because a number would lose its leading zeros (ruling 45). */
export const verificationCode = z
  .string('verificationCode must be a string: a number loses leading zeros.')
  .min(1, 'verificationCode must not be empty.')
  .max(64)
  .refine((given) => given.isWellFormed(), 'verificationCode must not contain lone surrogates.')
  .describe('The code that the user typed: text of 1 to 64 characters, so that leading zeros are kept.');

/** Shown to people: 1 to 256 characters, none of them a control character. */
export const displayName = z
  .string()
  .regex(/^[^\p{Cc}]{1,256}$/u, 'displayName must have 1 to 256 characters and no control characters.')
  .describe('A name to show to people: 1 to 256 characters, none of them a control character.');

/** Kept as sent. Live SDK tests store `test@email`, so a domain needs no dot. */
export const email = z
  .string()
  .max(320)
  .refine(
    isMailbox,
    'email must be one address that mail goes to as it is written, such as ann@example.com: without name, brackets, quotes, link, invisible or look-alike characters, or a dot at its end.',
  )
  .meta({ examples: ['ann@example.com'], description: 'An email address, at most 320 characters; kept as given.' });

/** In a query, where a raw "+" arrives as a space. */
export const queriedEmail = text(320).transform((given) => given.replaceAll(' ', '+'));

/** Kept as sent by track and update user: live SDK tests store numbers without a country code there. */
export const storedPhoneNumber = z
  .string()
  .regex(/^\+?[0-9][0-9 ().-]{2,30}$/, 'phoneNumber must be a phone number, best in E.164 form such as +6427123456.')
  .describe('A phone number, 3 to 32 characters, preferably in E.164 form such as `+6427123456`; kept as given.');

/** In a query, where a raw "+" arrives as a space; no stored number starts with a space. */
export const queriedPhoneNumber = text(32).transform((given) => given.replace(/^ /, '+'));

/** A number that messages will be sent to: E.164 syntax. The numbering plan is not checked. */
export const sendablePhoneNumber = z
  .string()
  .regex(e164, 'phoneNumber must be in E.164 form, such as +6427123456.')
  .describe('A phone number in E.164 form, such as `+6427123456`: `+` and 7 to 15 digits.');

export const locale = z
  .string()
  .regex(/^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,4}$/, 'locale must be a language tag such as en or en-NZ.')
  .describe('A language tag such as `en` or `en-NZ`.');

// Deep enough for any real data; far below the depth at which JSON functions overflow the stack.
const jsonDepthMax = 20;

/**
 * Any JSON value that can be stored without loss: no number that JSON readers read differently, no more than 20 levels.
 */
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
  .meta({
    type: 'object',
    additionalProperties: true,
    description:
      'Your own data: a JSON object of any shape, at most 20 levels deep. Send whole numbers beyond ±(2^53−1) as text.',
  });

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
  })
  .describe(
    'Where the pages send the user afterwards: an absolute URL of at most 2,048 characters, with `http`, `https` or the scheme of an app, without user name and password.',
  );

/** A host that serves the pages, in addition to this server's own. */
export const customDomain = z
  .string()
  .max(260)
  .regex(/^(?!-)[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?$/i, 'customDomain must be a host name, optionally with a port.')
  .describe('A host name, optionally with a port, at which the pages are reached beside the server’s own address.');

function scopeOutOf(scopes: readonly string[]) {
  return z.string().refine((given) => given.split(' ').every((part) => part === '' || scopes.includes(part)), {
    message: `scope must be a space-separated list out of ${scopes.join(', ')}.`,
  });
}

export const scope = scopeOutOf(authScopes).describe(
  'Space-separated scopes: what the token permits beyond verifying. `add:authenticators`, `update:authenticators` and `remove:authenticators` let an enrolled user change their authenticators. `read:authenticators` is always included.',
);

/** What a backend's challenge may permit in addition to proving a contact: nothing that only removes (ruling 59). */
export const challengeScope = scopeOutOf(['add:authenticators', 'update:authenticators']).describe(
  'Space-separated scopes: what verifying may change. `add:authenticators` enrols the contact for a user who has other authenticators; `update:authenticators` replaces the contact that the user has for this method. Without either, the contact is enrolled only for a user who has no authenticator.',
);

/** The largest number of list items that a query may request. */
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
