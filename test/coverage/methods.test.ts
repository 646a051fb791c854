/** A method is a folder: other files that name a method are counted here, and may only become fewer (decision 0029). */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { methodRoutes } from '../../src/methods/contracts.ts';
import { manifests, pageFlags } from '../../src/methods/manifests.ts';
import { methods } from '../../src/methods/registry.ts';
import { methodOperations } from '../../src/methods/operations.ts';
import { proofKinds } from '../rig/proofs.ts';

const folders = readdirSync('src/methods', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** Product files, without the texts for end users, migrations (which never change), what `npm run gen` writes, and tests. */
const productFiles = ['src', 'sdk', 'packages', 'scripts']
  .filter((room) => existsSync(room))
  .flatMap((room) => readdirSync(room, { recursive: true, encoding: 'utf8' }).map((path) => `${room}/${path}`))
  .filter((path) => /\.(?:tsx?|mjs|json|css)$/.test(path) && !/\.test\.tsx?$/.test(path))
  .filter((path) => !/^src\/(?:texts|storage\/migrations|portal\/forms)\/|(?:^|\/)(?:node_modules|dist)\//.test(path));

/** The product files outside a method's folder that name it. */
function namedIn(folder: string, names: RegExp): readonly string[] {
  return productFiles.filter(
    (path) => !path.startsWith(`src/methods/${folder}/`) && names.test(readFileSync(path, 'utf8')),
  );
}

function fileOf(folder: string, name: string): string | undefined {
  const path = `src/methods/${folder}/${name}`;
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

test('TOTP is named in at most 6 product files outside its folder', () => {
  // An address that apps read begins with otpauth://totp, also in an example.
  const files = namedIn('totp', /(?<!otpauth:\/\/)totp|AUTHENTICATOR_APP/i);
  expect(files.length, files.join('\n')).toBeLessThanOrEqual(6);
});

test('every folder of a method is listed, and each of its files names the method', () => {
  const listed = folders.map((folder) => /verificationMethod: '(\w+)'/.exec(fileOf(folder, 'manifest.ts') ?? '')?.[1]);
  expect(listed.sort()).toEqual(manifests.map(({ verificationMethod }) => verificationMethod).sort());
  for (const folder of folders) {
    const [, method] = /verificationMethod: '(\w+)'/.exec(fileOf(folder, 'manifest.ts') ?? '') ?? [];
    const look = fileOf(folder, 'look.ts');
    if (look !== undefined) expect(look).toContain(`verificationMethod: '${String(method)}'`);
    const manifest = manifests.find(({ verificationMethod }) => verificationMethod === method);
    // A method that the server offers has screens and client API routes.
    expect([folder, fileOf(folder, 'page.tsx') !== undefined]).toEqual([folder, manifest?.isOffered === true]);
    expect([folder, look?.includes("import('./page.tsx')") === true]).toEqual([folder, manifest?.isOffered === true]);
    const isOfClients = manifest?.isOffered === true || manifest?.isEnrolledByApps === true;
    expect([folder, fileOf(folder, 'contract.ts') !== undefined]).toEqual([folder, isOfClients]);
    // A proof that can be guessed or repeated is covered by the tests of races, kills and lost answers; keys have tests
    // of their own.
    const { keys, appKeys } = methods.get(String(method)) ?? {};
    const isKey = keys !== undefined || appKeys !== undefined;
    if (manifest?.isOffered === true && !isKey) expect(proofKinds.map((kind) => kind.method)).toContain(method);
  }
});

test('a method whose contract has a route has its operation', () => {
  expect(methodOperations.map(({ route }) => route.id).sort()).toEqual(methodRoutes.map(({ id }) => id).sort());
});

test('the manifests are consistent', () => {
  expect(new Set(pageFlags.map(({ name }) => name)).size).toBe(pageFlags.length);
  for (const { verificationMethod, isOffered, isOnAtFirst, isEnrolledByBackends = false } of manifests) {
    const readsEnrolment = methods.get(verificationMethod)?.readVerifiedEnrolment !== undefined;
    expect([verificationMethod, readsEnrolment]).toEqual([verificationMethod, isEnrolledByBackends]);
    if (isOffered || isOnAtFirst) expect(methods.has(verificationMethod), verificationMethod).toBe(true);
  }
  for (const name of methods.keys())
    expect(manifests.map(({ verificationMethod }) => verificationMethod)).toContain(name);
});

/** The rows of "Add a method" that name a file and its number of lines. */
const rows = [...readFileSync('CONTRIBUTING.md', 'utf8').matchAll(/^\| `(src\/methods\/[^`]+)` +\| +(\d+) \|/gm)];

test('CONTRIBUTING.md gives the true size of the smallest method', () => {
  const told = rows.map(([, path = '', lines]) => [path, Number(lines)]);
  const files = readdirSync('src/methods/email-otp', { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => `src/methods/email-otp/${path}`);
  const counted = files.map((path) => [path, readFileSync(path, 'utf8').split('\n').length - 1]);
  expect(told.sort()).toEqual(counted.sort());
  const lists = ['manifests', 'contracts', 'registry', 'operations'].map((name) => `src/methods/${name}.ts`);
  for (const list of lists) expect(readFileSync(list, 'utf8')).toContain('./email-otp/');
  expect([...namedIn('email-otp', /email-otp\//)].sort()).toEqual(lists.sort());
});
