import { isUtf8 } from 'node:buffer';
import { Refusal } from '../contract/errors.ts';

// Escapes of characters that cannot be stored: NUL and lone surrogates.
const suspectEscape = /\\u(?:0000|[dD][89a-fA-F])/;

/**
 * Parses a JSON body. An empty one counts as `{}`: several SDKs announce JSON and send no body.
 * @throws {Refusal} `invalid_request` for anything but a JSON object in UTF-8 whose text can be stored as it is.
 */
export function parseBody(bytes: Buffer): Readonly<Record<string, unknown>> {
  if (bytes.length === 0) return {};
  if (!isUtf8(bytes)) throw new Refusal('invalid_request', 'The body is not UTF-8.');
  const text = bytes.toString('utf8');
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    // The parser's own message would quote parts of the body.
    throw new Refusal('invalid_request', 'The body is not valid JSON.');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Refusal('invalid_request', 'The body must be a JSON object.');
  }
  if (suspectEscape.test(text)) requireStorableText(body);
  return body as Readonly<Record<string, unknown>>;
}

function requireStorableText(body: object): void {
  const waiting: unknown[] = [body];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value === 'string') {
      if (value.includes('\0') || !value.isWellFormed()) {
        throw new Refusal('invalid_request', 'Text must not contain NUL characters or lone surrogates.');
      }
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, member] of Object.entries(value)) waiting.push(key, member);
    }
  }
}

/**
 * Parses a form that a page submits (WHATWG URL §5.1).
 * @throws {Refusal} `invalid_request` if it is not UTF-8 or has a member twice
 */
export function parseForm(bytes: Buffer): Readonly<Record<string, unknown>> {
  if (!isUtf8(bytes)) throw new Refusal('invalid_request', 'The body is not UTF-8.');
  const members = [...new URLSearchParams(bytes.toString('utf8'))];
  if (new Set(members.map(([name]) => name)).size < members.length) {
    throw new Refusal('invalid_request', 'The form has a member twice.');
  }
  return Object.fromEntries(members);
}
