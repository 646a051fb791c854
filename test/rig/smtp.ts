/** A mail server that accepts everything, and shows what it received. */
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface SmtpRig {
  readonly url: string;
  /** The mail for an address, latest first, as searchable text: transfer encodings are decoded. */
  mailTo(email: string): readonly string[];
  /** The number of clients that have greeted it. */
  connections(): number;
  /** Accepts the messages that it holds, or refuses them with this reason. */
  decide(error?: Error): void;
  stop(): Promise<void>;
}

/** `holds`: it neither accepts nor refuses a message until it is told to. */
export async function startSmtp({ holds = false }: { readonly holds?: boolean } = {}): Promise<SmtpRig> {
  const received: { readonly to: string; readonly text: string }[] = [];
  let connections = 0;
  const held: ((error?: Error) => void)[] = [];
  const server = new SMTPServer({
    onConnect(_session, callback) {
      connections += 1;
      callback();
    },
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const text = decodeQuotedPrintable(Buffer.concat(chunks).toString());
        for (const { address } of session.envelope.rcptTo) received.unshift({ to: address, text });
        if (holds) held.push(callback);
        else callback();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    connections: () => connections,
    mailTo: (email) => received.filter(({ to }) => to === email).map(({ text }) => text),
    decide(error) {
      for (const callback of held.splice(0)) callback(error);
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** RFC 2045 §6.7. */
export function decodeQuotedPrintable(source: string): string {
  return source
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_whole, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
