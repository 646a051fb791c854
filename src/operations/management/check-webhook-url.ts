import { Refusal } from '../../contract/errors.ts';
import type { Context } from '../operation.ts';

const usualPorts = new Set(['', '80', '443']);

/**
 * Refuses a URL that would never be called, as far as that shows without looking its name up; what it leads to is checked
 * whenever it is called (A76).
 * @throws {Refusal} `invalid_configuration`
 */
export function checkWebhookUrl({ outbound }: Context, url: string | null | undefined): void {
  if (url === undefined || url === null) return;
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const isTls = protocol === 'https:';
  if (outbound.isListed({ host, port: Number(port) || (isTls ? 443 : 80) })) return;
  const name = 'verificationWebhookUrl';
  if (!isTls) throw new Refusal('invalid_configuration', `${name} must be https. ${hint}`);
  if (!usualPorts.has(port)) throw new Refusal('invalid_configuration', `${name} must use port 443. ${hint}`);
  if (!outbound.mayName(host)) {
    throw new Refusal('invalid_configuration', `${name} must be a public address. ${hint}`);
  }
}

const hint = 'The operator permits others in SALLYPORT_OUTBOUND_ALLOW.';
