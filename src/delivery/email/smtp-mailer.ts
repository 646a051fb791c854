import type { Socket } from 'node:net';
import { createTransport } from 'nodemailer';
import { isMailbox } from '../../core/authenticators/is-mailbox.ts';
import type { Sender } from '../../core/authenticators/read-sender.ts';
import { normalEmail } from '../../core/authenticators/normal-email.ts';
import type { Names } from '../names.ts';
import { openSocket } from '../open-socket.ts';
import type { Target } from '../open-socket.ts';
import type { OutboundConnection } from '../outbound.ts';
import { DeliveryFailed } from './mailer.ts';
import type { Mailer } from './mailer.ts';
import { openTurns } from '../../runtime/turns.ts';

export interface SmtpOptions {
  /** `smtp://` or `smtps://`, with user and password where the server wants them. */
  readonly url: string;
  readonly from: Sender;
}

/** An SMTP server that a tenant has named. */
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

// A person waits for the answer (F18), so each step is short and all of them together stay within five seconds.
const stepTimeoutMs = 3_000;
const wholeTimeoutMs = 4_500;

// What mail servers listen on: relay, submission with TLS, submission, and its common alternative.
const mailPorts = [25, 465, 587, 2525];

const poolOptions = {
  pool: true,
  maxConnections: 5,
  // A connection that broke while a message was under way may have delivered it: on doubt not again (F19).
  maxRequeues: 0,
  idleTimeout: 30_000,
  connectionTimeout: stepTimeoutMs,
  greetingTimeout: stepTimeoutMs,
  socketTimeout: stepTimeoutMs,
  dnsTimeout: stepTimeoutMs,
  disableFileAccess: true,
  disableUrlAccess: true,
} as const;

type Transport = Pick<ReturnType<typeof createTransport>, 'sendMail' | 'close'>;

/** How a tenant's mail server is reached: as `Outbound` connects for this tenant. */
export type Connect = (target: Target, ports: readonly number[], signal: AbortSignal) => Promise<OutboundConnection>;

/** Mail through the SMTP server of this installation. */
export function smtpMailer({ url, from }: SmtpOptions, names: Names): Mailer {
  return mailerOver(serverTransport(url, names), { from });
}

/**
 * Connects to the SMTP server of this installation, greets it, begins TLS and signs in, and sends nothing.
 * @throws {DeliveryFailed} with the codes of what went wrong
 */
export async function trySmtp({ url }: Pick<SmtpOptions, 'url'>, names: Names): Promise<void> {
  const transport = serverTransport(url, names);
  try {
    await transport.verify();
  } catch (error) {
    throw new DeliveryFailed(`The mail server does not take us (${reasonOf(error)}).`, { isRefused: true });
  } finally {
    transport.close();
  }
}

function serverTransport(url: string, names: Names) {
  return createTransport({
    ...poolOptions,
    url,
    getSocket: socketFrom(async ({ host, port }, signal) => ({
      connection: await openSocket({ host, port }, await names.resolve(host, theServer, signal), signal),
    })),
  });
}

// Whose look-ups it has: those of the operator, not of a tenant.
const theServer = '';

/**
 * Mail through an SMTP server that a tenant has named: where it stands is checked like every target of a tenant's, and
 * without TLS the password goes to nobody but a server on the operator's list.
 */
export function tenantSmtpMailer(credentials: SmtpCredentials, connect: Connect): Mailer {
  const { host, port, secure, user, password, from, fromName, replyTo, replyToName } = credentials;
  const transport = createTransport({
    ...poolOptions,
    host,
    port,
    secure,
    auth: { user, pass: password },
    getSocket: socketFrom(async (target, signal) => {
      const { socket, isListed } = await connect(target, mailPorts, signal);
      return { connection: socket, requireTLS: !isListed };
    }),
  });
  return mailerOver(transport, {
    from: { name: fromName ?? '', address: from },
    ...(replyTo === undefined ? {} : { replyTo: { name: replyToName ?? '', address: replyTo } }),
  });
}

interface SmtpTarget {
  readonly host?: string | undefined;
  readonly port?: number | string | undefined;
  readonly secure?: boolean | undefined;
}

/** For nodemailer, which speaks SMTP, and TLS by the host's name, over what it is given. It looks nothing up. */
function socketFrom(
  open: (target: Target, signal: AbortSignal) => Promise<{ connection: Socket; requireTLS?: boolean }>,
) {
  return (
    { host = '', port, secure = false }: SmtpTarget,
    done: (error: Error | null, socketOptions?: object) => void,
  ) => {
    const target = { host, port: Number(port) || (secure ? 465 : 587) };
    open(target, AbortSignal.timeout(stepTimeoutMs)).then(
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

// Said by the library before the message's own text is begun.
const codesBeforeText = ['EAUTH', 'EDNS', 'EENVELOPE', 'EREQUIRETLS', 'ETLS'];
// The one time-out of the library that may come after that; its others are of connecting, TLS and the greeting.
const conversationTimeout = 'SOCKET_TIMEOUT';

/**
 * Whether an error says for certain that the message was not taken: nobody was reached, or the server said no. On doubt it was:
 * where an answer is missing, its text may have arrived all the same.
 */
function isRefusal(error: unknown): boolean {
  if (error instanceof NotConnected) return true;
  if (!(error instanceof Error)) return false;
  if (isNo(error)) return true;
  const { code, timeoutType, originalCode, syscall } = error as Error & Record<string, unknown>;
  if (codesBeforeText.includes(String(code))) return true;
  if (timeoutType !== undefined && timeoutType !== conversationTimeout) return true;
  // A certificate that nobody vouches for: no fault of the line, which names the call that failed.
  return code === 'ESOCKET' && /CERT|ISSUER|SIGNATURE/.test(String(originalCode)) && syscall === undefined;
}

/** Whether a server has answered, and said no. */
function isNo(error: unknown): boolean {
  return error instanceof Error && 'responseCode' in error && Number(error.responseCode) >= 400;
}

function mailerOver(transport: Transport, sender: { readonly from: Sender; readonly replyTo?: Sender }): Mailer {
  const turns = openTurns({ placesMax: poolOptions.maxConnections });
  return {
    async send({ to, subject, text, html, messageId }, tenantId) {
      if (!isMailbox(to)) {
        throw new DeliveryFailed('The address is none that mail goes to as it is written.', { isRefused: true });
      }
      const signal = AbortSignal.timeout(wholeTimeoutMs);
      const message = {
        ...sender,
        // An address object, not text: nothing in an address can become a second recipient or a header. Its domain as DNS
        // has it: no library has to find that out.
        to: { name: '', address: normalEmail(to) },
        subject,
        text,
        html,
        ...(messageId === undefined ? {} : { messageId }),
        // Takes the message out of the queue too: nothing is sent after it was said to have failed.
        signal,
      };
      let hasBegun = false;
      const send = () => {
        hasBegun = true;
        return transport.sendMail(message);
      };
      try {
        await turns.run(tenantId, send, signal);
      } catch (error) {
        throw new DeliveryFailed(`The message was not accepted for delivery (${reasonOf(error)}).`, {
          isRefused: !hasBegun || isRefusal(error),
          isAnswered: isNo(error),
        });
      }
    },
    close: () => transport.close(),
  };
}

// Of an error only its codes: what the server answered is its own text, and could repeat what was sent to it.
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const code = 'code' in error && /^[A-Z_]{2,40}$/.test(String(error.code)) ? String(error.code) : error.name;
  const answer =
    'responseCode' in error && Number.isInteger(error.responseCode) ? ` ${String(error.responseCode)}` : '';
  return `${code}${answer}`;
}
