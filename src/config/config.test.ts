import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigMistakes, readConfig, settings } from './config.ts';

const masterKey = Buffer.alloc(32, 9).toString('base64');

function read(variables: Readonly<Record<string, string>>, files: Readonly<Record<string, string>> = {}) {
  return readConfig(variables, (path) => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error(`no such file ${path}`), { code: 'ENOENT' });
    return text;
  });
}

function mistakes(variables: Readonly<Record<string, string>>): readonly string[] {
  try {
    read(variables);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigMistakes)) throw error;
    return error.mistakes;
  }
}

describe('configuration', () => {
  test('needs no variables: the defaults are the documented ones', () => {
    expect(read({})).toMatchObject({
      mode: 'development',
      host: '127.0.0.1',
      port: 4000,
      publicUrl: undefined,
      dataDir: './.sallyport',
      databaseUrls: undefined,
      databasePoolSize: 10,
      masterKeys: undefined,
      trustedProxies: [],
      metricsToken: undefined,
      seed: { tenantId: undefined, secretKey: undefined, managementKey: undefined },
      logLevel: 'info',
      drainSeconds: 5,
    });
  });

  test('treats an empty variable as absent, and ignores variables of other programs', () => {
    const empty = Object.fromEntries(Object.keys(settings).map((name) => [name, '']));
    expect(read({ ...empty, HOME: '/root', PORT: 'x' })).toEqual(read({}));
  });

  test('reads every setting', () => {
    const config = read({
      SALLYPORT_MODE: 'production',
      SALLYPORT_HOST: '0.0.0.0',
      SALLYPORT_PORT: '0',
      SALLYPORT_PUBLIC_URL: 'https://Auth.Example.com/',
      DATABASE_URL: 'postgresql://u:p@h/d',
      SALLYPORT_DATABASE_POOL_SIZE: '2',
      SALLYPORT_MASTER_KEY: `${masterKey}, ${Buffer.alloc(32, 8).toString('base64')}`,
      SALLYPORT_TRUSTED_PROXIES: '10.0.0.0/8, ::1,2001:db8::/32',
      SALLYPORT_METRICS_TOKEN: 'm'.repeat(24),
      SALLYPORT_DRAIN_SECONDS: '0',
      SALLYPORT_SMTP_URL: 'smtps://mail.example.com',
      SALLYPORT_MAIL_FROM: '"Example, Bank" <login@example.com>',
      SALLYPORT_SES_REGION: 'eu-west-1',
      SALLYPORT_SES_ACCESS_KEY_ID: 'AKIA1',
      SALLYPORT_SES_SECRET_ACCESS_KEY: 'secret',
      SALLYPORT_OIDC_ISSUER: 'https://login.example.com/bank',
      SALLYPORT_OIDC_CLIENT_ID: 'sallyport',
      SALLYPORT_OIDC_CLIENT_SECRET: 'secret',
      SALLYPORT_OIDC_STEP_UP_ACR: 'mfa, phr',
    });
    expect(config).toMatchObject({
      mode: 'production',
      host: '0.0.0.0',
      port: 0,
      publicUrl: 'https://auth.example.com',
      databasePoolSize: 2,
      masterKeys: [Buffer.alloc(32, 9), Buffer.alloc(32, 8)],
      trustedProxies: ['10.0.0.0/8', '::1', '2001:db8::/32'],
      drainSeconds: 0,
      smtp: { url: 'smtps://mail.example.com', from: { name: 'Example, Bank', address: 'login@example.com' } },
      ses: {
        region: 'eu-west-1',
        accessKeyId: 'AKIA1',
        secretAccessKey: 'secret',
        configurationSet: undefined,
        from: 'login@example.com',
        fromName: 'Example, Bank',
      },
      oidc: {
        issuer: 'https://login.example.com/bank',
        clientId: 'sallyport',
        clientSecret: 'secret',
        name: 'login.example.com',
        stepUpAcrs: ['mfa', 'phr'],
      },
    });
  });

  test('reads secrets from files, and names the variable of a bad file without its path', () => {
    const files = { '/run/key': `${masterKey}\n`, '/run/url': 'postgres://u:p@h/d\n', '/run/empty': '\n' };
    const given = { SALLYPORT_MASTER_KEY_FILE: '/run/key', DATABASE_URL_FILE: '/run/url' };
    expect(read(given, files)).toMatchObject({
      databaseUrls: ['postgres://u:p@h/d'],
      masterKeys: [Buffer.alloc(32, 9)],
    });
    expect(read({ SALLYPORT_MASTER_KEY_FILE: '' })).toEqual(read({}));
    expect(() => read({ SALLYPORT_PORT_FILE: '/run/key' }, files)).toThrow('SALLYPORT_PORT_FILE is not a setting');
    const bad = {
      ...given,
      SALLYPORT_METRICS_TOKEN_FILE: '/run/empty',
      SALLYPORT_SECRET_KEY_FILE: '/run/nowhere',
      SALLYPORT_MASTER_KEY: masterKey,
    };
    expect(() => read(bad, files)).toThrow(
      expect.objectContaining({
        mistakes: [
          'SALLYPORT_MASTER_KEY_FILE and SALLYPORT_MASTER_KEY are both given; leave one out',
          'SALLYPORT_METRICS_TOKEN_FILE names an empty file',
          'SALLYPORT_SECRET_KEY_FILE names a file that cannot be read (ENOENT)',
        ],
      }),
    );
  });

  test('F23: reports all mistakes at once, one sentence each', () => {
    const found = mistakes({
      SALLYPORT_MODE: 'prod',
      SALLYPORT_PORT: '65536',
      SALLYPORT_PUBLIC_URL: 'https://a.example/path',
      DATABASE_URL: 'mysql://x',
      SALLYPORT_MASTER_KEY: 'short',
      SALLYPORT_TRUSTED_PROXIES: 'everyone',
      SALLYPORT_DRAIN_SECONDS: '-1',
      SALLYPORT_PROT: '1',
    });
    for (const name of ['MODE', 'PORT', 'PUBLIC_URL', 'MASTER_KEY', 'TRUSTED_PROXIES', 'DRAIN_SECONDS', 'PROT']) {
      expect(
        found.filter((mistake) => mistake.startsWith(`SALLYPORT_${name} `)),
        name,
      ).toHaveLength(1);
    }
    expect(found.filter((mistake) => mistake.startsWith('DATABASE_URL '))).toHaveLength(1);
    expect(found).toHaveLength(8);
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ['a port that is not a number', { SALLYPORT_PORT: '4000x' }, /whole number/],
    ['a port in another notation', { SALLYPORT_PORT: '0x10' }, /whole number/],
    ['a public URL with a user', { SALLYPORT_PUBLIC_URL: 'https://u@a.example' }, /origin/],
    ['a public URL without a scheme', { SALLYPORT_PUBLIC_URL: 'a.example' }, /origin/],
    ['a master key of 31 bytes', { SALLYPORT_MASTER_KEY: Buffer.alloc(31).toString('base64') }, /32 bytes in base64/],
    ['one bad master key of two', { SALLYPORT_MASTER_KEY: `${masterKey},` }, /32 bytes in base64/],
    ['a database without a master key', { DATABASE_URL: 'postgres://h/d' }, /SALLYPORT_MASTER_KEY is required/],
    [
      'a "#" in the password of a database',
      { DATABASE_URL: 'postgres://u:p#ss@h/d', SALLYPORT_MASTER_KEY: masterKey },
      /%23/,
    ],
    [
      'a "#" that turns the user into the host',
      { SALLYPORT_SMTP_URL: 'smtp://user:12#ss@host', SALLYPORT_MAIL_FROM: 'a@b.c' },
      /%23/,
    ],
    [
      'a pooler without a database',
      { SALLYPORT_POOLER: 'session' },
      /SALLYPORT_POOLER has no use without DATABASE_URL/,
    ],
    [
      'a transaction pooler without a URL that bypasses it',
      { SALLYPORT_POOLER: 'transaction', DATABASE_URL: 'postgres://h/d', SALLYPORT_MASTER_KEY: masterKey },
      /SALLYPORT_LISTEN_URL is required/,
    ],
    [
      'a password that makes the URL invalid',
      { DATABASE_URL: 'postgres://u:p/q@h/d', SALLYPORT_MASTER_KEY: masterKey },
      /percent-encode/,
    ],
    ...['Example Bank', 'a@b.c, d@e.f', 'Example <>', 'Example <a@b.c', 'a@b.c\nBcc: d@e.f'].map(
      (from): [string, Record<string, string>, RegExp] => [
        `mail from ${JSON.stringify(from)}`,
        { SALLYPORT_SMTP_URL: 'smtp://h', SALLYPORT_MAIL_FROM: from },
        /^SALLYPORT_MAIL_FROM must be one address/,
      ],
    ),
    ['mail without a sender', { SALLYPORT_SMTP_URL: 'smtp://h' }, /SALLYPORT_MAIL_FROM is required/],
    [
      'an account of SES without its key',
      { SALLYPORT_SES_REGION: 'eu-west-1', SALLYPORT_SES_ACCESS_KEY_ID: 'A', SALLYPORT_MAIL_FROM: 'a@b.c' },
      /^SALLYPORT_SES_SECRET_ACCESS_KEY is required/,
    ],
    [
      'an account of SES without a sender',
      { SALLYPORT_SES_REGION: 'eu-west-1', SALLYPORT_SES_ACCESS_KEY_ID: 'A', SALLYPORT_SES_SECRET_ACCESS_KEY: 'B' },
      /^SALLYPORT_MAIL_FROM is required with the settings of Amazon SES/,
    ],
    [
      'an issuer without its secret',
      { SALLYPORT_OIDC_ISSUER: 'https://login.example.com', SALLYPORT_OIDC_CLIENT_ID: 'sallyport' },
      /^SALLYPORT_OIDC_CLIENT_SECRET is required/,
    ],
    ...['http://login.example.com', 'http://localhost.example.com:8080'].map(
      (issuer): [string, Record<string, string>, RegExp] => [
        `the issuer ${issuer}`,
        { SALLYPORT_OIDC_ISSUER: issuer, SALLYPORT_OIDC_CLIENT_ID: 'sallyport', SALLYPORT_OIDC_CLIENT_SECRET: 's' },
        /^SALLYPORT_OIDC_ISSUER must use https/,
      ],
    ),
    [
      'an issuer on the machine itself in production',
      {
        SALLYPORT_MODE: 'production',
        SALLYPORT_OIDC_ISSUER: 'http://localhost:8080',
        SALLYPORT_OIDC_CLIENT_ID: 'sallyport',
        SALLYPORT_OIDC_CLIENT_SECRET: 's',
      },
      /^SALLYPORT_OIDC_ISSUER must use https/,
    ],
    ['mail without a server', { SALLYPORT_MAIL_FROM: 'a@b.c' }, /SALLYPORT_SMTP_URL is required/],
    ['a key that is too short', { SALLYPORT_SECRET_KEY: 'short' }, /24 to 256/],
    [
      'a key with a colon, which Basic authentication would cut',
      { SALLYPORT_SECRET_KEY: `${'k'.repeat(24)}:x` },
      /":"/,
    ],
    ['a tenant id that is not a UUID', { SALLYPORT_TENANT_ID: 'tenant-1' }, /UUID/],
    ['a misspelt setting', { SALLYPORT_DATADIR: '/tmp' }, /not a setting/],
    ['a log level that does not exist', { SALLYPORT_LOG_LEVEL: 'verbose' }, /trace, debug/],
    ['listening beyond loopback in development', { SALLYPORT_HOST: '0.0.0.0' }, /loopback.*SALLYPORT_MODE=production/],
    ['listening on all IPv6 addresses in development', { SALLYPORT_HOST: '::' }, /loopback/],
  ])('F23: refuses %s', (_what, variables, message) => {
    const found = mistakes(variables);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(message);
  });

  test('F23: never repeats a value, because any value could be a secret', () => {
    const names = Object.keys(settings);
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.stringMatching(/^canary[a-zA-Z0-9 :/@%-]{1,40}$/), (name, value) => {
        for (const mistake of mistakes({ [name]: value })) expect(mistake).not.toContain(value);
      }),
    );
  });
});
