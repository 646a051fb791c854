import type { JudgedText } from '../core/pumping/judge-text.ts';
import type { Tenant } from '../storage/published.ts';
import type { Context } from './context.ts';

/**
 * Tells the operator what was decided of a text: as a metric always, and in the log, once a minute for each reason and
 * country, if it was not sent or would not have been.
 */
export function tellVerdict(
  { meter, warnOnceAMinute }: Pick<Context, 'meter' | 'warnOnceAMinute'>,
  { tenantId }: Tenant,
  { reason, result, countryCode }: JudgedText,
): void {
  meter.judgedText(tenantId, reason, result);
  if (result === 'sent') return;
  const done = { monitored: 'would be refused', refused: 'are refused', withheld: 'are silently not sent' }[result];
  warnOnceAMinute(
    `texts ${tenantId} ${countryCode} ${reason} ${result}`,
    `Tenant ${tenantId}: texts to ${countryCode} ${done}: ${reason}.`,
  );
}
