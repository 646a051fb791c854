/**
 * WebSockets: who gets one, how many there are, and when each ends. Messages are read and written as a route declares
 * them; what they mean is the operation's.
 */
import { ServerResponse } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { apis } from '../contract/apis.ts';
import { lineEnds } from '../contract/conversation.ts';
import type { Conversation, Converse, Line, LineEnd } from '../contract/conversation.ts';
import { describeIssues, parseWith } from '../contract/describe-issues.ts';
import { Refusal } from '../contract/errors.ts';
import type { LiveReply } from '../contract/route.ts';
import { addressBucket } from '../core/addresses/address-bucket.ts';
import type { Clock, Timers } from '../runtime/runtime.ts';
import { clientAddress } from './client-address.ts';
import { offeredSubprotocols } from './identify-client.ts';
import type { RateLimit } from './limit-rate.ts';
import { parseBody } from './parse-body.ts';
import { refusalOf } from './refusal-of.ts';

interface LiveExchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Called with every message before it is sent. */
  inspect(message: unknown): void;
}

export interface LiveSockets {
  /**
   * Upgrades the request's connection and begins its conversation.
   * @throws {Refusal} `invalid_request` if it is no WebSocket, `unavailable` or `too_many_requests` if there is no room
   */
  open(how: LiveReply, converse: Converse<unknown, unknown>, parts: LiveExchange): FastifyReply;
  count(): number;
}

export interface LiveParts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: FastifyBaseLogger;
  /** How many there may be on this node (F39). */
  readonly socketsMax: number;
  /** Counts the messages of callers without a token, by address. */
  readonly anonymous: RateLimit;
  isUnavailable(error: unknown): boolean;
  refused(code: Refusal['code'], tenantId: string | undefined): void;
}

interface LiveSocket {
  readonly socket: WebSocket;
  readonly tenantId: string;
  /** Undefined for the holder of a token. */
  readonly address: string | undefined;
  readonly bucket: string;
  readonly requestId: string;
  readonly conversation: Conversation<unknown>;
  say(message: unknown): void;
  heardAtMs: number;
  messagesThisMinute: number;
  hasAnswered: boolean;
}

// Proxies of offices and of phone networks have many people behind one address.
const socketsPerAddressMax = 200;
const pingMs = 30_000;
// Official SDKs say nothing but that a QR code is to be renewed, every nine minutes.
const idleMsMax = 15 * 60_000;
const messagesPerMinuteMax = 30;
const messagesWaitingMax = 4;
// A reader so slow that this much waits for it is gone, or does harm.
const unsentBytesMax = 256 * 1024;
// For the other side to say goodbye; then the connection is cut.
const closeMsMax = 2_000;

export function openLiveSockets(server: FastifyInstance, parts: LiveParts): LiveSockets {
  const { clock, timers } = parts;
  const all = new Set<LiveSocket>();
  const offers = new WeakMap<IncomingMessage, { readonly connection: Duplex; readonly head: Buffer }>();
  const subprotocols = new WeakMap<IncomingMessage, string>();
  // Not a literal in the call: its published types do not know closeTimeout yet.
  const how = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: apis.live.bodyBytesMax,
    // Never the one that carries the credential.
    handleProtocols: (_offered: Set<string>, request: IncomingMessage) => subprotocols.get(request) ?? false,
    closeTimeout: closeMsMax,
  };
  const upgrader = new WebSocketServer(how);

  // The request goes the way of every other one: its route, its entrance, its log line.
  server.server.on('upgrade', (request: IncomingMessage, connection: Duplex, head: Buffer) => {
    connection.on('error', () => connection.destroy());
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(connection as Parameters<ServerResponse['assignSocket']>[0]);
    response.on('finish', () => {
      if (offers.has(request)) connection.end();
    });
    offers.set(request, { connection, head });
    server.routing(request, response);
  });

  let pingedAtMs = clock.steady();
  let countedFromMs = clock.steady();
  const stopTicking = timers.every(1_000, () => {
    const steadyMs = clock.steady();
    const isPingDue = steadyMs - pingedAtMs >= pingMs;
    const isMinuteOver = steadyMs - countedFromMs >= 60_000;
    if (isPingDue) pingedAtMs = steadyMs;
    if (isMinuteOver) countedFromMs = steadyMs;
    for (const live of all) {
      const { endsAtMs } = live.conversation;
      if (isMinuteOver) live.messagesThisMinute = 0;
      if (endsAtMs !== undefined && endsAtMs <= clock.now()) {
        refuse(live, new Refusal('expired_token', 'The token has expired.'));
      } else if (steadyMs - live.heardAtMs >= idleMsMax) end(live.socket, 'idle');
      else if (isPingDue) keepAlive(live);
    }
  });
  server.addHook('preClose', (done) => {
    stopTicking();
    for (const { socket } of all) end(socket, 'restart');
    done();
  });

  function logFault({ requestId }: LiveSocket, error: unknown): void {
    parts.logger.error({ reqId: requestId, err: error }, 'unexpected error');
  }

  function keepAlive(live: LiveSocket): void {
    if (!live.hasAnswered) {
      live.socket.terminate();
      return;
    }
    live.hasAnswered = false;
    if (live.socket.readyState === live.socket.OPEN) live.socket.ping();
  }

  function refuse(live: LiveSocket, refusal: Refusal): void {
    parts.refused(refusal.code, live.tenantId);
    live.say({ type: 'ERROR', data: { errorCode: refusal.code, errorDescription: refusal.message } });
    end(live.socket, endOf(refusal));
  }

  /** @throws {Refusal} if there is none */
  function makeRoom(tenantId: string, bucket: string): void {
    let fromAddress = 0;
    const byTenant = new Map<string, LiveSocket[]>();
    for (const live of all) {
      if (live.bucket === bucket) fromAddress += 1;
      const theirs = byTenant.get(live.tenantId);
      if (theirs === undefined) byTenant.set(live.tenantId, [live]);
      else theirs.push(live);
    }
    if (fromAddress >= socketsPerAddressMax) {
      throw new Refusal('too_many_requests', 'This address has too many live connections. Close some of them.', 60);
    }
    if (all.size < parts.socketsMax) return;
    // A tenant that has most of them makes room for one that has few, so that none can keep out another (ruling 52).
    const [largest = []] = [...byTenant.values()].sort((left, right) => right.length - left.length);
    const own = byTenant.get(tenantId)?.length ?? 0;
    const victim =
      largest.length > own + 1 ? largest.find(({ socket }) => socket.readyState === socket.OPEN) : undefined;
    if (victim === undefined) {
      throw new Refusal(
        'unavailable',
        'The server has no room for another live connection now. Poll, or try later.',
        30,
      );
    }
    all.delete(victim);
    end(victim.socket, 'busy');
  }

  async function hear(live: LiveSocket, how: LiveReply, text: Buffer): Promise<void> {
    live.heardAtMs = clock.steady();
    live.messagesThisMinute += 1;
    if (live.messagesThisMinute > messagesPerMinuteMax || isCalledTooOften(live)) {
      throw new Refusal('too_many_requests', 'Too many messages. Wait before you open another connection.', 60);
    }
    const parsed = parseWith(how.hears, parseBody(text));
    if (!parsed.success) throw new Refusal('invalid_request', describeIssues(parsed.error));
    await live.conversation.hear(parsed.data);
  }

  function isCalledTooOften({ address }: LiveSocket): boolean {
    return address !== undefined && parts.anonymous.countCall(addressBucket(address)) > 0;
  }

  function begin(
    socket: WebSocket,
    how: LiveReply,
    converse: Converse<unknown, unknown>,
    inspect: LiveExchange['inspect'],
    who: Pick<LiveSocket, 'tenantId' | 'address' | 'bucket' | 'requestId'>,
  ): void {
    const line: Line<unknown> = {
      say(message) {
        if (socket.readyState !== socket.OPEN) return;
        inspect(message);
        if (socket.bufferedAmount > unsentBytesMax) socket.terminate();
        else socket.send(JSON.stringify(message));
      },
      end: (why) => end(socket, why),
    };
    const live: LiveSocket = {
      ...who,
      socket,
      say: line.say,
      conversation: converse(line),
      heardAtMs: clock.steady(),
      messagesThisMinute: 0,
      hasAnswered: true,
    };
    all.add(live);
    let waiting = 0;
    let turn = Promise.resolve();
    socket.on('message', (data: Buffer) => {
      waiting += 1;
      if (waiting > messagesWaitingMax) {
        end(socket, 'refused');
        return;
      }
      turn = turn
        .then(() => (socket.readyState === socket.OPEN ? hear(live, how, data) : undefined))
        .catch((error: unknown) => {
          const refusal = refusalOf(error, parts.isUnavailable);
          if (refusal.code === 'unexpected_error') logFault(live, error);
          refuse(live, refusal);
        })
        .finally(() => (waiting -= 1));
    });
    socket.on('pong', () => (live.hasAnswered = true));
    // It closes by itself then: a message that is too long, a frame that is none.
    socket.on('error', () => undefined);
    socket.once('close', () => {
      all.delete(live);
      live.conversation.ended();
    });
  }

  return {
    count: () => all.size,
    open(how, converse, { request, reply, inspect }) {
      const { raw, caller, id: requestId } = request;
      const offer = offers.get(raw);
      if (offer === undefined || caller?.tenant === undefined) {
        throw new Refusal('invalid_request', 'Open this path as a WebSocket (RFC 6455).');
      }
      if (!offeredSubprotocols(request).includes(how.subprotocol)) {
        throw new Refusal(
          'invalid_request',
          `Offer the subprotocol ${how.subprotocol} beside the one of the credential.`,
        );
      }
      const { tenantId } = caller.tenant;
      const address = clientAddress(request);
      const bucket = addressBucket(address);
      const who = { tenantId, bucket, address: hasToken(caller) ? undefined : address, requestId };
      makeRoom(tenantId, bucket);
      subprotocols.set(raw, how.subprotocol);
      offers.delete(raw);
      void reply.hijack();
      const { connection, head } = offer;
      reply.raw.detachSocket(connection as Parameters<ServerResponse['detachSocket']>[0]);
      void reply.code(400);
      upgrader.handleUpgrade(raw, connection, head, (socket) => {
        void reply.code(101);
        begin(socket, how, converse, inspect, who);
      });
      // Nothing else ends a response without a connection: now the request is logged and forgotten, and the socket lives on.
      reply.raw.emit('finish');
      reply.raw.emit('close');
      return reply;
    },
  };
}

function hasToken(caller: object): boolean {
  return 'token' in caller && caller.token !== undefined;
}

function endOf({ code }: Refusal): LineEnd {
  switch (code) {
    case 'expired_token':
      return 'expired';
    case 'unavailable':
      return 'busy';
    case 'unexpected_error':
      return 'failed';
    default:
      return 'refused';
  }
}

function end(socket: WebSocket, why: LineEnd): void {
  socket.close(lineEnds[why], why);
}
