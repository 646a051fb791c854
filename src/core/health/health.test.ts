/** Worry: what is broken is called well, or what is broken is named and nobody knows what to do. */
import { expect, test } from 'vitest';
import { dayMs, hourMs } from './finding.ts';
import type { Finding } from './finding.ts';
import { installationFindings } from './installation-findings.ts';
import type { InstallationFacts } from './installation-findings.ts';
import { tenantFindings } from './tenant-findings.ts';
import type { TenantFacts } from './tenant-findings.ts';

const nowMs = Date.UTC(2026, 5, 1);
const nothing = { count: 0, isCapped: false, oldestAtMs: null };
const tenant: TenantFacts = {
  nowMs,
  unusable: new Map(),
  sends: { taken: 90, failed: 5 },
  endpoints: [],
  mails: nothing,
  deletions: nothing,
  alerts: [{ name: 'Many', raisedAt: null }],
  dataFiles: [{ name: 'GeoLite2', state: 'ok', ageDays: 7, isNewest: true }],
};
const endpoint: TenantFacts['endpoints'][number] = {
  endpointId: 'e',
  url: 'https://hooks.example/secret',
  state: 'active',
  pausedBecause: null,
  pausedAt: null,
  failingSince: null,
  lastDeliveredAt: nowMs,
  waiting: nothing,
};
const installation: InstallationFacts = {
  nowMs,
  lacks: [],
  nodes: 2,
  preparedUntilMs: nowMs + 90 * dayMs,
  actionsWithoutMonth: 0,
  openBreakers: [],
  jobs: [{ name: 'deliver-events', state: 'fine', errorClass: null, endedAtMs: nowMs }],
  waiting: [{ what: 'deliveries', jobName: 'deliver-outbox', waiting: 3, isCapped: false, dueSinceMs: nowMs - 1_000 }],
};
const old = { count: 4, isCapped: false, oldestAtMs: nowMs - 2 * dayMs };
const unwell = (findings: readonly Finding[]) => findings.filter(({ state }) => state !== 'ok');

test('where all is well, every line says so', () => {
  expect(
    unwell([...tenantFindings({ ...tenant, endpoints: [endpoint] }), ...installationFindings(installation)]),
  ).toEqual([]);
});

test.each<[string, 'warning' | 'fault', readonly Finding[]]>([
  ['methods', 'fault', tenantFindings({ ...tenant, unusable: new Map([['No provider.', ['SMS']]]) })],
  ['messages', 'fault', tenantFindings({ ...tenant, sends: { taken: 1, failed: 5 } })],
  ['messages', 'warning', tenantFindings({ ...tenant, sends: { taken: 2, refused: 9 } })],
  [
    'events',
    'fault',
    tenantFindings({ ...tenant, endpoints: [{ ...endpoint, state: 'paused', pausedBecause: 'failing' }] }),
  ],
  ['events', 'warning', tenantFindings({ ...tenant, endpoints: [{ ...endpoint, failingSince: nowMs - hourMs }] })],
  ['events', 'warning', tenantFindings({ ...tenant, endpoints: [{ ...endpoint, waiting: old }] })],
  ['notices', 'warning', tenantFindings({ ...tenant, mails: old })],
  ['deletions', 'warning', tenantFindings({ ...tenant, deletions: old })],
  ['alerts', 'warning', tenantFindings({ ...tenant, alerts: [{ name: 'Many', raisedAt: nowMs }] })],
  [
    'data files',
    'fault',
    tenantFindings({ ...tenant, dataFiles: [{ name: 'G', state: 'broken', ageDays: null, isNewest: false }] }),
  ],
  [
    'data files',
    'warning',
    tenantFindings({ ...tenant, dataFiles: [{ name: 'G', state: 'ok', ageDays: 99, isNewest: true }] }),
  ],
  ['node', 'fault', installationFindings({ ...installation, lacks: ['migrations'] })],
  ['node', 'fault', installationFindings({ ...installation, lacks: ['a word of a later release'] })],
  [
    'jobs',
    'fault',
    installationFindings({ ...installation, jobs: [{ name: 'j', state: 'failed', errorClass: 'E', endedAtMs: 1 }] }),
  ],
  [
    'waiting',
    'warning',
    installationFindings({
      ...installation,
      waiting: [{ what: 'w', jobName: 'j', waiting: 1, isCapped: false, dueSinceMs: nowMs - hourMs }],
    }),
  ],
  ['months', 'fault', installationFindings({ ...installation, preparedUntilMs: nowMs + dayMs })],
  ['months', 'fault', installationFindings({ ...installation, actionsWithoutMonth: 1 })],
  ['providers', 'warning', installationFindings({ ...installation, openBreakers: ['TWILIO', 'TWILIO'] })],
])('%s: a %s is told once, with what to do', (area, state, findings) => {
  expect(unwell(findings)).toMatchObject([{ area, state, fix: expect.stringMatching(/\w+/) }]);
  expect(JSON.stringify(findings)).not.toContain('secret');
});

test('where no more was counted, it is said that there may be more', () => {
  const many = { ...old, isCapped: true };
  const findings = [
    ...tenantFindings({ ...tenant, mails: many, deletions: many, endpoints: [{ ...endpoint, waiting: many }] }),
    ...installationFindings({
      ...installation,
      waiting: installation.waiting.map((one) => ({ ...one, isCapped: true })),
    }),
  ];
  expect(findings.filter(({ text }) => /at least/.test(text)).map(({ area }) => area)).toEqual([
    ...['events', 'notices', 'deletions', 'waiting'],
  ]);
});
