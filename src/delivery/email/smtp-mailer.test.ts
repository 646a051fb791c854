import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { SMTPServer } from 'smtp-server';
import { afterEach, describe, expect, test } from 'vitest';
import { makeCertificate } from '../../../test/rig/certificate.ts';
import { openNames } from '../names.ts';
import type { Names } from '../names.ts';
import { DeliveryFailed } from '../delivery-failed.ts';
import { smtpMailer } from './smtp-mailer.ts';
import { systemRuntime } from '../../runtime/system-runtime.ts';

const email = { to: 'ann@example.com', subject: '123456 is your code', text: 'The text', html: '<p>The text</p>' };
const from = { name: 'Sallyport', address: 'login@example.org' };
const runtime = systemRuntime();
const names = openNames(runtime);
const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A real SMTP server that keeps the messages it receives. */
async function startSmtp(options: { readonly refuses?: boolean; readonly afterMs?: number } = {}) {
  const received: { readonly to: readonly string[]; readonly source: string }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo(_address, _session, callback) {
      callback(options.refuses === true ? new Error('No such mailbox') : undefined);
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        received.push({ to, source: Buffer.concat(chunks).toString() });
        setTimeout(callback, options.afterMs ?? 0);
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  stops.push(() => new Promise((resolve) => server.close(() => resolve())));
  const { port } = server.server.address() as AddressInfo;
  return { url: `smtp://127.0.0.1:${port}`, received };
}

function mailer(url: string) {
  const made = smtpMailer({ url, from }, names, runtime.timers);
  stops.unshift(async () => made.close());
  return made;
}

describe('mail by SMTP', () => {
  test('a message arrives with its sender, subject, text and HTML', async () => {
    const { url, received } = await startSmtp();
    await mailer(url).send(email, 'a tenant');
    expect(received).toHaveLength(1);
    expect(received[0]?.to).toEqual(['ann@example.com']);
    const source = received[0]?.source ?? '';
    for (const part of [
      'From: Sallyport <login@example.org>',
      'Subject: 123456 is your code',
      'The text',
      '<p>The text</p>',
    ]) {
      expect(source).toContain(part);
    }
  });

  test('A27: an address or subject cannot add a recipient or a header', async () => {
    const { url, received } = await startSmtp();
    const hostile = { ...email, subject: 'Hello\r\nBcc: thief@example.com', to: 'ann@example.com' };
    await mailer(url).send(hostile, 'a tenant');
    await mailer(url)
      .send({ ...email, to: 'ann@example.com, thief@example.com' }, 'a tenant')
      .catch(() => undefined);
    expect(received.flatMap(({ to }) => to)).not.toContain('thief@example.com');
    expect(received[0]?.source).not.toMatch(/^bcc:/im);
  });

  test('A79: mail goes to the address exactly as it is written, or is not sent', async () => {
    const { url, received } = await startSmtp();
    const mail = mailer(url);
    const taken = [
      'ann@bank.example',
      'jane+x@bank.example',
      'test@email',
      'a\u0131n@bank.example',
      '\u212aate@bank.example',
      'jos\u00e9@b\u00fccher.example',
      // A letter of another alphabet: this is a different domain.
      'ann@b\u0430nk.example',
    ];
    for (const to of taken) await mail.send({ ...email, to }, 'a tenant');
    expect(received.flatMap(({ to }) => to)).toEqual(taken);
    for (const to of [
      'ann@ban\u212a.example',
      'ann@bank.example\u200b',
      'an\u200bn@bank.example',
      'ann@ba\u00adnk.example',
      'ann@bank\u3002example',
      'ann@bank\uff0eexample',
      'ann@\uff42ank.example',
      'ann@BAN\u0130.example',
      'ann@bank.example>',
      '<ann@bank.example',
      'ann@bank.example.',
      'ann,bob@bank.example',
      '"ann"@bank.example',
      'ann\uff20evil.example@bank.example',
      'ann@evil.example@bank.example',
      'ann@[127.0.0.1]',
      'ann@',
      '@bank.example',
      'ann',
    ]) {
      await expect(mail.send({ ...email, to }, 'a tenant'), to).rejects.toThrow('exactly as written');
    }
    expect(received).toHaveLength(taken.length);
  });

  test('ruling 52: its server is resolved by our own resolver, and the TLS handshake carries its name, not the address', async () => {
    const { cert, key } = await makeCertificate();
    const seen: (string | undefined)[] = [];
    const server = createTlsServer({ cert, key, SNICallback: (name, done) => (seen.push(name), done(null)) });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(async () => void server.close());
    const { port } = server.address() as AddressInfo;
    const asked: string[][] = [];
    const own: Names = {
      async resolve(host, asker) {
        asked.push([host, asker]);
        return [{ address: '127.0.0.1', family: 4 }];
      },
    };
    const made = smtpMailer({ url: `smtps://mail.shop.example:${port}`, from }, own, runtime.timers);
    stops.unshift(async () => made.close());
    // Its certificate has no trusted issuer.
    await expect(made.send(email, 'a tenant')).rejects.toBeInstanceOf(DeliveryFailed);
    expect(seen).toEqual(['mail.shop.example']);
    expect(asked).toEqual([['mail.shop.example', '']]);
  });

  test('ruling 52: a tenant that sends a hundred mails makes another wait for its turn, not for all hundred', async () => {
    const { url, received } = await startSmtp({ afterMs: 50 });
    const mail = mailer(url);
    const flood = Array.from({ length: 100 }, (_, at) =>
      mail.send({ ...email, to: `flood${at}@example.com` }, 'one').catch(() => undefined),
    );
    await mail.send(email, 'two');
    expect(received.length).toBeLessThan(30);
    await Promise.all(flood);
  });

  test('ruling 56: a domain in capitals or of another alphabet is sent in the form that DNS uses', async () => {
    const { url, received } = await startSmtp();
    await mailer(url).send({ ...email, to: 'Bob@BÜCHER.Example' }, 'a tenant');
    expect(received[0]?.source).toContain('To: Bob@xn--bcher-kva.example');
  });

  test('F18: a server that refuses is a failed delivery', async () => {
    const { url } = await startSmtp({ refuses: true });
    await expect(mailer(url).send(email, 'a tenant')).rejects.toMatchObject({ isAnswered: true, because: 'other' });
    const signsIn = mailer(url.replace('://', '://user:wrong@'));
    await expect(signsIn.send(email, 'a tenant')).rejects.toMatchObject({ name: 'DeliveryFailed', because: 'sign-in' });
  });

  test('F18: a server that does not exist, or never answers, is a failed delivery within five seconds', async () => {
    const silent: Server = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    stops.push(async () => void silent.close());
    const startedMs = performance.now();
    await expect(mailer(`smtp://127.0.0.1:${port}`).send(email, 'a tenant')).rejects.toBeInstanceOf(DeliveryFailed);
    await expect(mailer('smtp://127.0.0.1:1').send(email, 'a tenant')).rejects.toMatchObject({ because: 'unreached' });
    // The timeout itself is the promise; the rest allows for a busy machine.
    expect(performance.now() - startedMs).toBeLessThan(9_000);
  });
});
