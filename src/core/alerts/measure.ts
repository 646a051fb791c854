/** What an alert can watch. All but the last are counted as they happen; that one is looked up. */
export const measures = [
  'decisions',
  'refusals',
  'failedProofs',
  'sends',
  'refusedTexts',
  'lockouts',
  'waitingDeliveries',
] as const;
export type Measure = (typeof measures)[number];
/** Accepted proofs are only for the home page of the portal. */
export type CountedMeasure = Exclude<Measure, 'waitingDeliveries'> | 'acceptedProofs';

/** How often something happened for a tenant on one node within a minute. */
export interface Count {
  readonly tenantId: string;
  readonly measure: CountedMeasure;
  /** Of what kind, from a closed list: the state, the error code, the method, the result or the reason. */
  readonly kind: string;
  /** When the minute began. */
  readonly minuteMs: number;
  readonly count: number;
}

/** The same within an hour. */
export interface HourCount extends Omit<Count, 'minuteMs'> {
  /** When the hour began. */
  readonly hourMs: number;
}
