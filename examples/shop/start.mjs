// One command starts the shop, and its own Sallyport unless SALLYPORT_URL names yours.
import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dressPages, setUpActions } from './set-up.mjs';
import { createShop } from './shop.mjs';

const { SALLYPORT_URL, SHOP_PORT = '3000', SHOP_URL } = process.env;
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));

const sallyport = SALLYPORT_URL === undefined ? await startSallyport() : givenSallyport(SALLYPORT_URL);
// An operator does this once, with a key that the shop itself never sees.
if (sallyport.managementKey !== undefined) await setUpActions(sallyport);
if (sallyport.inboxUrl !== undefined) await dressPages(sallyport);

const server = createServer();
await new Promise((resolve, reject) => {
  server.once('error', reject).listen(Number(SHOP_PORT), '127.0.0.1', resolve);
});
// Where browsers find the shop. Never take it from a request: a client can send any Host.
const origin = SHOP_URL === undefined ? `http://localhost:${server.address().port}` : new URL(SHOP_URL).origin;
server.on('request', createShop({ ...sallyport, origin }));
console.log(`\nThe shop is open at ${origin}`);
if (sallyport.inboxUrl !== undefined) console.log(`Its mail arrives at ${sallyport.inboxUrl}`);

/** On the embedded database in a temporary folder, which is deleted when the shop closes. */
async function startSallyport() {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-shop-'));
  const [tenantId, secretKey, managementKey] = [randomUUID(), newKey('sp_server'), newKey('sp_management')];
  const child = spawn(process.execPath, [fileURLToPath(new URL('../../scripts/start.mjs', import.meta.url))], {
    env: {
      SALLYPORT_LOG_LEVEL: 'warn',
      ...process.env,
      SALLYPORT_DATA_DIR: folder,
      SALLYPORT_TENANT_ID: tenantId,
      SALLYPORT_SECRET_KEY: secretKey,
      SALLYPORT_MANAGEMENT_KEY: managementKey,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.on('exit', () => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  });
  const url = await new Promise((resolve) => {
    let output = '';
    child.on('close', (code) => {
      console.error(`Sallyport ended (${code}), so the shop closes.`);
      process.exit(1);
    });
    child.stdout.setEncoding('utf8').on('data', (text) => {
      process.stdout.write(text);
      output += text;
      const ready = /Sallyport is ready at (\S+)/.exec(output);
      if (ready !== null) resolve(ready[1]);
    });
  });
  return { apiUrl: `${url}/v1`, tenantId, secretKey, managementKey, inboxUrl: `${url}/dev/inbox` };
}

function newKey(kind) {
  return `${kind}_${randomBytes(32).toString('base64url')}`;
}

function givenSallyport(apiUrl) {
  const { SALLYPORT_TENANT_ID: tenantId, SALLYPORT_SECRET_KEY: secretKey } = process.env;
  if (!tenantId || !secretKey) {
    console.error('With SALLYPORT_URL set SALLYPORT_TENANT_ID and SALLYPORT_SECRET_KEY too; credentials.env has them.');
    process.exit(1);
  }
  return { apiUrl, tenantId, secretKey, managementKey: process.env.SALLYPORT_MANAGEMENT_KEY };
}
