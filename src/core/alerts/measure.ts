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
export type CountedMeasure = Exclude<Measure, 'waitingDeliveries'>;

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
