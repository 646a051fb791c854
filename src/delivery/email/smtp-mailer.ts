import type { Socket } from 'node:net';
import type { createTransport } from 'nodemailer';
import type { Sender } from '../../core/authenticators/read-sender.ts';
import type { Names } from '../names.ts';
import { openSocket } from '../open-socket.ts';
import type { Target } from '../open-socket.ts';
import type { OutboundConnection } from '../outbound.ts';
import { DeliveryFailed } from '../delivery-failed.ts';
import { mailboxTo } from './mailbox-to.ts';
import type { Mailer } from './mailer.ts';
import type { Timers } from '../../runtime/runtime.ts';
import { openTurns } from '../../runtime/turns.ts';

export interface SmtpOptions {
  /** `smtp://` or `smtps://`, with user and password if the server needs them. */
  readonly url: string;
  readonly from: Sender;
}

/** An SMTP server configured by a tenant. */
export interface SmtpCredentials {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; otherwise STARTTLS. */
  readonly secure: boolean;
  readonly user: string;
  readonly password: string;
  readonly from: string;
  readonly fromName?: string;
  readonly replyTo?: string;
  readonly replyToName?: string;
}

// A user waits for the response (F18), so each step is short, and all of them together take at most five seconds.
const stepTimeoutMs = 3_000;
const wholeTimeoutMs = 4_500;

// The ports of mail servers: relay, submission with TLS, submission, and its common alternative.
const mailPorts = [25, 465, 587, 2525];

const poolOptions = {
  pool: true,
  maxConnections: 5,
  // If a connection breaks while a message is being sent, it may have been delivered: when in doubt, don't send it
  // again (F19).
  maxRequeues: 0,
  idleTimeout: 30_000,
  connectionTimeout: stepTimeoutMs,
  greetingTimeout: stepTimeoutMs,
  socketTimeout: stepTimeoutMs,
  dnsTimeout: stepTimeoutMs,
  disableFileAccess: true,
  disableUrlAccess: true,
} as const;

type Transport = Pick<ReturnType<typeof createTransport>, 'sendMail' | 'verify' | 'close'>;

/** A transport that the first message opens, with its library: most starts send none. */
interface LaterTransport {
  opened(): Promise<Transport>;
  close(): void;
}

function laterTransport(options: object): LaterTransport {
  let opening: Promise<Transport> | undefined;
  let isClosed = false;
  const open = async () => {
    const { createTransport: create } = await import('nodemailer');
    const transport = create({ ...poolOptions, ...options });
    if (isClosed) transport.close();
    return transport;
  };
  return {
    opened: () => (opening ??= open()),
    close() {
      isClosed = true;
      void opening?.then((transport) => transport.close());
    },
  };
}

/** How a tenant's mail server is reached: through `Outbound` for this tenant. */
export type Connect = (target: Target, ports: readonly number[], signal: AbortSignal) => Promise<OutboundConnection>;

/** Mail through the SMTP server of this installation. */
export function smtpMailer({ url, from }: SmtpOptions, names: Names, timers: Timers): Mailer {
  return mailerOver(serverTransport(url, names, timers), { from }, timers);
}

/**
 * Connects to the SMTP server of this installation, greets it, begins TLS and signs in, and sends nothing.
 * @throws {DeliveryFailed} with the codes of the failure
 */
export async function trySmtp({ url }: Pick<SmtpOptions, 'url'>, names: Names, timers: Timers): Promise<void> {
  const transport = serverTransport(url, names, timers);
  try {
    await (await transport.opened()).verify();
  } catch (error) {
    throw new DeliveryFailed(`The mail server does not accept our sign-in (${reasonOf(error)}).`, { isRefused: true });
  } finally {
    transport.close();
  }
}

function serverTransport(url: string, names: Names, timers: Timers) {
  return laterTransport({
    url,
    getSocket: socketFrom(timers, async ({ host, port }, signal) => ({
      connection: await openSocket({ host, port }, await names.resolve(host, theServer, signal), signal),
    })),
  });
}

// The asker of its name lookups: the operator, not a tenant.
const theServer = '';

/**
 * Mail through an SMTP server configured by a tenant. Its address is checked like every target that a tenant
 * configures. Without TLS the password is sent only to servers on the operator's list.
 */
export function tenantSmtpMailer(credentials: SmtpCredentials, connect: Connect, timers: Timers): Mailer {
  const { host, port, secure, user, password, from, fromName, replyTo, replyToName } = credentials;
  const transport = laterTransport({
    host,
    port,
    secure,
    auth: { user, pass: password },
    getSocket: socketFrom(timers, async (target, signal) => {
      const { socket, isListed } = await connect(target, mailPorts, signal);
      return { connection: socket, requireTLS: !isListed };
    }),
  });
  const sender = {
    from: { name: fromName ?? '', address: from },
    ...(replyTo === undefined ? {} : { replyTo: { name: replyToName ?? '', address: replyTo } }),
  };
  return mailerOver(transport, sender, timers);
}

interface SmtpTarget {
  readonly host?: string | undefined;
  readonly port?: number | string | undefined;
  readonly secure?: boolean | undefined;
}

/**
 * A transport for nodemailer, which speaks SMTP, and TLS by the host's name, over the given socket. It looks up no
 * names.
 */
function socketFrom(
  timers: Timers,
  open: (target: Target, signal: AbortSignal) => Promise<{ connection: Socket; requireTLS?: boolean }>,
) {
  return (
    { host = '', port, secure = false }: SmtpTarget,
    done: (error: Error | null, socketOptions?: object) => void,
  ) => {
    const target = { host, port: Number(port) || (secure ? 465 : 587) };
    open(target, timers.timeout(stepTimeoutMs)).then(
      (options) => done(null, options),
      (cause: unknown) => done(new NotConnected(cause)),
    );
  };
}

/** No server was reached. */
class NotConnected extends Error {
  readonly code: string | undefined;
  constructor(cause: unknown) {
    super('No connection.', { cause });
    this.code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
    this.name = cause instanceof Error ? cause.name : 'Error';
  }
}

// The library reports these before it begins the message's own text.
const codesBeforeText = ['EAUTH', 'EDNS', 'EENVELOPE', 'EREQUIRETLS', 'ETLS'];
// The library's only timeout that may come after that; its others are for connecting, TLS and the greeting.
const conversationTimeout = 'SOCKET_TIMEOUT';

/**
 * Whether an error means that the message was certainly not accepted: no server was reached, or the server refused.
 * When in doubt it was accepted: if a response is missing, the text may have arrived anyway.
 */
function isRefusal(error: unknown): boolean {
  if (error instanceof NotConnected) return true;
  if (!(error instanceof Error)) return false;
  if (isNo(error)) return true;
  const { code, timeoutType, originalCode, syscall } = error as Error & Record<string, unknown>;
  if (codesBeforeText.includes(String(code))) return true;
  if (timeoutType !== undefined && timeoutType !== conversationTimeout) return true;
  // A certificate without a trusted issuer is not an error of the connection, which names the call that failed.
  return code === 'ESOCKET' && /CERT|ISSUER|SIGNATURE/.test(String(originalCode)) && syscall === undefined;
}

/** Whether a server has responded with a refusal. */
function isNo(error: unknown): boolean {
  return error instanceof Error && 'responseCode' in error && Number(error.responseCode) >= 400;
}

/** Whether the server did not let us sign in. */
function isOfSignIn(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAUTH';
}

function mailerOver(
  transport: LaterTransport,
  sender: { readonly from: Sender; readonly replyTo?: Sender },
  timers: Timers,
): Mailer {
  const turns = openTurns({ placesMax: poolOptions.maxConnections });
  return {
    async send({ to, subject, text, html, messageId }, tenantId, msMax = wholeTimeoutMs) {
      const address = mailboxTo(to);
      const signal = timers.timeout(Math.min(msMax, wholeTimeoutMs));
      const message = {
        ...sender,
        // An address object, not text, so nothing in an address can become a second recipient or a header.
        to: { name: '', address },
        subject,
        text,
        html,
        ...(messageId === undefined ? {} : { messageId }),
        // Also removes the message from the queue: nothing is sent after it was reported as failed.
        signal,
      };
      let hasBegun = false;
      const send = async () => {
        const opened = await transport.opened();
        hasBegun = true;
        return opened.sendMail(message);
      };
      try {
        await turns.run(tenantId, send, signal);
      } catch (error) {
        throw new DeliveryFailed(`The message was not accepted for delivery (${reasonOf(error)}).`, {
          isRefused: !hasBegun || isRefusal(error),
          isAnswered: isNo(error),
          because: error instanceof NotConnected ? 'unreached' : isOfSignIn(error) ? 'sign-in' : 'other',
        });
      }
    },
    close: () => transport.close(),
  };
}

// Only an error's codes: the server chose the text of its response, which could repeat what was sent to it.
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const code = 'code' in error && /^[A-Z_]{2,40}$/.test(String(error.code)) ? String(error.code) : error.name;
  const answer =
    'responseCode' in error && Number.isInteger(error.responseCode) ? ` ${String(error.responseCode)}` : '';
  return `${code}${answer}`;
}
