import { sendResults } from '../calls/meter.ts';
import { errorCatalogue, Refusal } from '../contract/errors.ts';
import { userActionState, verificationMethods } from '../contract/values.ts';
import type { Measure } from '../core/alerts/measure.ts';
import { refusalReasons } from '../core/pumping/judge-text.ts';
import type { AlertRow } from '../storage/queries/alerts.ts';

const kindsOf: Readonly<Record<Measure, readonly string[]>> = {
  decisions: userActionState.options,
  refusals: Object.keys(errorCatalogue),
  failedProofs: verificationMethods,
  sends: sendResults,
  refusedTexts: refusalReasons,
  lockouts: verificationMethods,
  waitingDeliveries: [],
};

/** @throws {Refusal} `invalid_request` if the alert counts what never happens */
export function requireUsableAlert({ measure, kinds }: AlertRow): void {
  const possible = kindsOf[measure];
  if (kinds === null || kinds.every((kind) => possible.includes(kind))) return;
  const those = possible.length === 0 ? 'has no kinds: leave them out' : `has the kinds ${possible.join(', ')}`;
  throw new Refusal('invalid_request', `kinds must fit measure: ${measure} ${those}.`);
}
