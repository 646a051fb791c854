/**
 * The peer: better-auth with its two-factor plugin, on the same PostgreSQL, the same driver's pool size and
 * `node:http`, set up as its documentation says, without rate limits and logs. It creates `BENCH_USERS` users with a
 * session and an authenticator app with the same seed, and writes their cookies, one per line, to `BENCH_CREDENTIALS`.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { betterAuth } from 'better-auth';
import { symmetricEncrypt } from 'better-auth/crypto';
import { getMigrations } from 'better-auth/db/migration';
import { twoFactor } from 'better-auth/plugins';
import { Pool } from 'pg';
import { userIdOf } from './user-id.ts';

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is missing.`);
  return value;
}

const secret = randomBytes(32).toString('base64url');
const pool = new Pool({ connectionString: variable('DATABASE_URL'), max: Number(variable('BENCH_POOL_SIZE')) });
const options = {
  database: pool,
  secret,
  baseURL: 'http://localhost:3000',
  rateLimit: { enabled: false },
  logger: { disabled: true },
  telemetry: { enabled: false },
  plugins: [twoFactor()],
};
const auth = betterAuth(options);
await (await getMigrations(options)).runMigrations();

const users = Number(variable('BENCH_USERS'));
const sealed = await symmetricEncrypt({ key: secret, data: variable('BENCH_SEED') });
const ids = Array.from({ length: users }, (_, number) => userIdOf(number));
const tokens = ids.map(() => randomBytes(24).toString('base64url'));
await pool.query(
  `insert into "user" (id, name, email, "emailVerified", "twoFactorEnabled", "createdAt", "updatedAt")
   select id, 'User', id || '@example.com', true, true, now(), now() from unnest($1::text[]) as id`,
  [ids],
);
await pool.query(
  `insert into session (id, token, "userId", "expiresAt", "createdAt", "updatedAt")
   select id, token, id, now() + interval '7 days', now(), now() from unnest($1::text[], $2::text[]) as u (id, token)`,
  [ids, tokens],
);
await pool.query(
  `insert into "twoFactor" (id, secret, "backupCodes", "userId", verified) select id, $2, '', id, true from unnest($1::text[]) as id`,
  [ids, sealed],
);
await pool.query('vacuum (analyze)');
const sign = (token: string) => `${token}.${createHmac('sha256', secret).update(token).digest('base64')}`;
writeFileSync(
  variable('BENCH_CREDENTIALS'),
  tokens.map((token) => `better-auth.session_token=${encodeURIComponent(sign(token))}`).join('\n'),
);

// Its own adapter for node streams responds in chunks; the load generator needs responses with a length.
const server = createServer((incoming, outgoing) => {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => {
    const { method = 'GET', url = '/', headers } = incoming;
    const request = new Request(`${options.baseURL}${url}`, {
      method,
      headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
      ...(method === 'GET' ? {} : { body: Buffer.concat(chunks) }),
    });
    void auth.handler(request).then(async (response) => {
      const reply = Buffer.from(await response.arrayBuffer());
      outgoing.writeHead(response.status, { 'content-type': 'application/json', 'content-length': reply.length });
      outgoing.end(reply);
    });
  });
});
server.keepAliveTimeout = 65_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port.');
  console.log(`The peer is ready at http://127.0.0.1:${address.port}`);
});
process.on('SIGINT', () => process.exit());
