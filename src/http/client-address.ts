import type { FastifyRequest } from 'fastify';
import { bareAddress } from '../core/addresses/bare-address.ts';

/** Who sends a request: the socket's address, or what trusted proxies say, however they write it (ruling 54). */
export function clientAddress({ ip }: FastifyRequest): string {
  return bareAddress(ip) ?? ip;
}
