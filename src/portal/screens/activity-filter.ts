/** What the list of actions is narrowed by, as in the address of the page. */
export type ActivityFilter = Partial<
  Record<
    'state' | 'code' | 'userId' | 'ipAddress' | 'deviceId' | 'method' | 'ruleId' | 'custom' | 'from' | 'to',
    string
  >
>;
