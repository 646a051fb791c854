import { z } from 'zod';
import { json } from '../route.ts';
import { closed } from '../management/closed.ts';
import * as v from '../values.ts';
import { portalRoute } from './portal-route.ts';

const hash = (meaning: string) => z.string().describe(`${meaning}: SHA-256 in lower-case hexadecimal.`);
const link = (meaning: string) =>
  z
    .object({ position: z.number().describe('Position in the chain.'), hash: hash('Hash of that entry') })
    .optional()
    .describe(meaning);
const time = (problem: string) => v.optional(v.instant(problem));

const filter = {
  type: v
    .text(100)
    .optional()
    .describe('Only events of this type, such as `rule.updated`, or of those that begin with it and a dot.'),
  actorId: v
    .text(256)
    .optional()
    .describe('Only what this operator, key or user did, by its id; an operator also by email address.'),
  userId: v.userId.optional().describe('Only what concerns this user.'),
};

const line = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('begin').describe('The first line: what was asked for, and where the chain ends.'),
      tenantId: z.string().describe('Id of the tenant whose log it is.'),
      from: v.timestamp.optional().describe('Only events then or later; absent: from the beginning.'),
      to: v.timestamp.optional().describe('Only events before; absent: to the end.'),
      ...filter,
      start: link('The last entry that was removed when its period was over; absent if none was.'),
      head: link('The end of the chain when the export began; absent if nothing was linked yet.'),
    }),
    z.object({
      kind: z.literal('entry').describe('An event.'),
      position: z.number().optional().describe('Position in the chain; absent if it was not linked yet.'),
      previousHash: hash('Hash of the entry before').optional(),
      hash: hash('Hash over that one and the whole event').optional(),
      eventId: z.string().describe('Id of the event.'),
      happenedAt: v.timestamp.describe('When it happened.'),
      actor: z
        .object({ kind: z.string().describe('What kind of caller or job.'), id: z.string().describe('Its id.') })
        .describe('Who did it.'),
      eventType: z.string().describe('What happened.'),
      userId: z.string().nullable().describe('The user whom it concerns; null if none.'),
      requestId: z.string().nullable().describe('The request, as in the log; null for jobs.'),
      data: v.custom.describe('What changed; secrets are masked.'),
    }),
    z.object({
      kind: z.literal('end').describe('The last line.'),
      entries: z.number().describe('How many entries there are. Without this line the file was cut off.'),
    }),
  ])
  .meta({ id: 'AuditExportLine' });

export const exportAuditEvents = portalRoute({
  id: 'exportAuditEvents',
  method: 'POST',
  path: '/audit-events/export',
  title: 'Export the audit log',
  description:
    'Returns events as JSON lines, oldest first, with their positions and hashes in the chain: a line that says what was asked for and where the chain ends, a line for each event, and a last one that counts them. It is written while it is read, so it may be long. `sallyport audit verify --file` recomputes the hashes without a database. The export is itself in the log.',
  group: 'activity',
  params: z.object({}),
  body: closed({
    from: time('from must be an ISO 8601 date and time.').describe(
      'Only events then or later. From the beginning of the log if left out.',
    ),
    to: time('to must be an ISO 8601 date and time.').describe(
      'Only events before. To the end of the log if left out.',
    ),
    ...filter,
  }),
  reply: json(z.array(line), { isLines: true }),
  example: {
    request: { body: { from: '2026-03-01T00:00:00.000Z', type: 'rule' } },
    reply: [
      {
        kind: 'begin',
        tenantId: '0198c1a0-11b2-7f00-8c3d-5b6a7988c9d0',
        from: '2026-03-01T00:00:00.000Z',
        type: 'rule',
        head: { position: 812, hash: '0b'.repeat(32) },
      },
      {
        kind: 'entry',
        position: 790,
        previousHash: '0a'.repeat(32),
        hash: '0c'.repeat(32),
        eventId: '0198e2a4-6d3c-7b1f-9a25-4c8e7d6f1b07',
        happenedAt: '2026-03-01T09:30:00.000Z',
        actor: { kind: 'operator', id: '0198e2a4-6d3c-7b1f-9a25-4c8e7d6f1b03' },
        eventType: 'rule.updated',
        userId: null,
        requestId: '0198e2a4-6d3c-7b1f-9a25-4c8e7d6f1b08',
        data: { before: { priority: 1 }, after: { priority: 2 } },
      },
      { kind: 'end', entries: 1 },
    ],
  },
  permission: 'audit:export',
  refusals: [],
  audit: 'audit.exported',
});
