import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import type { Runtime } from '../runtime/runtime.ts';
import { openLogWriter } from './log-writer.ts';

/** Members that never reach a log line, at the top or one level down. Shortening this list is a security change. */
export const redactedMembers = [
  'authorization',
  'cookie',
  'token',
  'pageSecret',
  'accessToken',
  'refreshToken',
  'secret',
  'secretKey',
  'clientSecret',
  'managementKey',
  'masterKey',
  'masterKeys',
  'password',
  'code',
  'verificationCode',
  'recoveryCodes',
  'otpUri',
  'credentialPublicKey',
  'email',
  'phoneNumber',
  'userId',
  'ipAddress',
  'custom',
  'databaseUrl',
  'databaseUrls',
  'listenUrl',
  'listenUrls',
  'migrationUrls',
] as const;

/** The log of a server, on standard output. */
export interface ServerLog {
  readonly logger: Logger;
  /** How many lines were lost because they could not be written. */
  lostLines(): number;
  /** Writes what waits, for a second at most. */
  end(): Promise<void>;
}

const endMsMax = 1_000;

/** Opens the log of a server. A standard output that is not read, or full, never delays or ends the server (F12, F13). */
export function openServerLog(level: string, { timers, clock }: Pick<Runtime, 'timers' | 'clock'>): ServerLog {
  // Making the streams also makes their pipes non-blocking: a pipe that nobody reads would block a thread. A reader that
  // is gone is noticed by the writer.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const writer = openLogWriter({
    fd: 1,
    timers,
    steady: clock.steady,
    complain: (sentence) => void process.stderr.write(`sallyport: ${sentence}\n`),
    tellGap: (lines) => logger.warn({ lines }, 'log lines were lost: they could not be written'),
  });
  const logger = createLogger(level, writer);
  return { logger, lostLines: writer.lost, end: () => writer.end(endMsMax) };
}

/** Structured logs: one JSON line per event, so that no value can start a line of its own (A78). */
export function createLogger(level: string, destination: DestinationStream): Logger {
  const logger = pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: redactedMembers.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
      serializers: { err: describeError },
    },
    destination,
  );
  redactInObjectsOnly(logger);
  return logger;
}

/** Saves 18 µs per line: pino looks for every name of `*.name` in each value of each line, even in numbers and text. */
function redactInObjectsOnly(logger: Logger): void {
  const { stringifiersSym, wildcardFirstSym } = pino.symbols;
  const stringifiers: Record<symbol, (value: unknown) => string> = Object(Reflect.get(logger, stringifiersSym));
  const redact = stringifiers[wildcardFirstSym];
  if (redact === undefined) throw new Error('pino keeps the redaction of nested members elsewhere now.');
  stringifiers[wildcardFirstSym] = (value) => (typeof value === 'object' ? redact(value) : JSON.stringify(value));
}

/**
 * What the log contains of an error: type, code, message, stack and cause. No other members: a database error carries the
 * row that was refused.
 */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const cause = error.cause instanceof Error ? describeError(error.cause) : undefined;
  return {
    type: error.name,
    errorCode: 'code' in error ? error.code : undefined,
    message: error.message,
    stack: error.stack,
    cause,
  };
}
