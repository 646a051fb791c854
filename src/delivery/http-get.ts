import type { Timers } from '../runtime/runtime.ts';
import { exchange, openConnection } from './http-exchange.ts';
import type { Outbound } from './outbound.ts';

const getMs = 4_000;

/** The beginning of what is at a URL. @throws for anything but 200 */
export async function httpGet(outbound: Outbound, tenantId: string, url: string, timers: Timers): Promise<string> {
  const signal = timers.timeout(getMs);
  const target = new URL(url);
  const socket = await openConnection(outbound, tenantId, target, signal);
  const { status, text } = await exchange(socket, target, { method: 'GET', headers: {}, body: '' }, signal);
  if (status !== 200) throw new Error(`The answer was ${status}.`);
  return text;
}
