import type { FastifyRequest } from 'fastify';
import { bareAddress } from '../core/addresses/bare-address.ts';

/** The client's address: the socket's own, or the one that trusted proxies report, in whichever form (ruling 54). */
export function clientAddress({ ip }: FastifyRequest): string {
  return bareAddress(ip) ?? ip;
}
