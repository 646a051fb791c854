import type { TestApp, TestCall, TestReply } from '../../src/testkit/test-app.ts';

export interface Transcript {
  /** A sentence for the reader, before the calls that it describes. */
  tell(sentence: string): void;
  /** Sends a request one second after the last call, and records the exchange. */
  call(method: string, path: string, call?: TestCall): Promise<TestReply>;
  text(): string;
}

const secondMs = 1000;
const linesMax = 12;

/**
 * Records the traffic, so that people can read it and a golden file can hold it. The app's clock and ids repeat, so
 * nothing is scrubbed; tokens are shown decoded.
 */
export function transcript(app: TestApp, title: string): Transcript {
  const parts = [`# ${title}`];
  return {
    tell(sentence) {
      parts.push(`### ${sentence}`);
    },
    async call(method, path, call = {}) {
      app.runtime.moveTo(app.runtime.clock.now() + secondMs);
      const reply = await app.call(method, path, call);
      parts.push(readable(request(app, method, path, call)), readable(response(reply)));
      return reply;
    },
    text: () => `${parts.join('\n\n')}\n`,
  };
}

function request(app: TestApp, method: string, path: string, { key, body, rawBody, headers = {} }: TestCall): string {
  const caller =
    key === undefined || headers['authorization'] !== undefined
      ? []
      : [
          `authorization: ${key === null ? 'none' : key === app.tenant.managementKey ? 'Basic, management key' : `Basic, ${key}`}`,
        ];
  const others = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const sent = rawBody !== undefined ? rawText(rawBody) : body === undefined ? [] : [JSON.stringify(body, null, 2)];
  return [`${method} ${shortened(path)}`, ...caller, ...others, ...sent].join('\n');
}

function rawText(raw: string | Buffer): readonly string[] {
  if (raw.length > 200) return [`<${raw.length} bytes>`];
  return [typeof raw === 'string' ? raw : `<bytes ${raw.toString('hex')}>`];
}

function shortened(path: string): string {
  return path.replace(/(.)\1{99,}/gu, (run, character: string) => `<${character} times ${[...run].length}>`);
}

function response({ status, headers, body, text }: TestReply): string {
  // "no-store" is not worth a line in each exchange.
  const shown = ['content-type', 'allow', 'retry-after', 'content-security-policy', 'cache-control'].flatMap((name) =>
    headers[name] === undefined || headers[name] === 'no-store' ? [] : [`${name}: ${String(headers[name])}`],
  );
  const received = body === undefined ? text.replace(/></g, '>\n<') : JSON.stringify(body, null, 2);
  return [`HTTP ${status}`, ...shown, ...(received === '' ? [] : [shorterList(received)])].join('\n');
}

// Two recovery codes show as much as ten.
function shorterList(json: string): string {
  return json.replace(/("recoveryCodes": \[\n)((?: +"[0-9A-Z-]+",?\n)+)/, (_, opening: string, items: string) => {
    const lines = items.trimEnd().split('\n');
    return lines.length > linesMax ? opening + items : `${opening}${lines[0]}\n    <${lines.length - 1} more>\n`;
  });
}

/**
 * Tokens decoded, and a placeholder for the one value that no clock or seed makes repeatable: the modulus of an RSA
 * key.
 */
function readable(text: string): string {
  return text
    .replace(/eyJ[\w-]+\.(eyJ[\w-]+)\.[\w-]{20,}/g, (_, payload: string) => {
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as {
        readonly sub: string;
        readonly scope: string;
        readonly exp: number;
        readonly other: { readonly actionCode: string; readonly idempotencyKey: string };
      };
      const { actionCode, idempotencyKey } = claims.other;
      const until = new Date(claims.exp * 1000).toISOString().slice(11, 19);
      return `<token: ${claims.sub} ${actionCode} ${idempotencyKey}; ${claims.scope}; until ${until}>`;
    })
    .replace(/"n": "[\w-]+"/g, '"n": "<modulus>"');
}
