/**
 * Everything that is stored about one person, table by table and a batch at a time. No secrets: no seed of an app, no hash
 * of a code or cookie, no token. A table that gets data about people belongs here, and into docs/retention.md.
 */
import { sqlTime, statement } from '../sql.ts';
import type { Sql, Statement } from '../sql.ts';
import { firstIdAt } from './actions/months.ts';
import { ownerOf, ownId } from './actions/named.ts';

/** Rows in one statement at most: a decision can be large. */
const batchMax = 200;

export const exportedTables = [
  'users',
  'authenticators',
  'recovery_codes',
  'helps',
  'devices',
  'actions_by_month',
  'reviews',
  'user_marks',
  'challenges',
  'sessions',
  'outbox',
  'sent_messages',
  'events',
  'texts',
  'contact_marks',
  'guess_budgets',
  'audit_events',
] as const;
export type ExportedTable = (typeof exportedTables)[number];

type ExportedRow = Readonly<Record<string, unknown>>;
type KeyedRow = ExportedRow & { readonly exportKey: string };

/** Whose data it is, and by which names it is stored where the user's id is not. */
export interface Exported {
  readonly tenantId: string;
  readonly userId: string;
  readonly createdAtMs: number;
  /** What guesses at the user's codes are counted for. */
  readonly guessSubjects: readonly string[];
  /** What messages to the user's contacts are counted for. */
  readonly contactSubjects: readonly string[];
}

const firstUuid = '00000000-0000-0000-0000-000000000000';

// $1 tenant, $2 user, $3 the key that the last batch ended with.
function batchesOf(
  table: ExportedTable,
  key: { readonly column: string; readonly first: string; readonly type: 'uuid' | 'text' | 'smallint' },
  isTheirs: string,
  columns: string,
): Statement<KeyedRow> {
  const order = key.type === 'text' ? `${key.column} collate "C"` : key.column;
  return statement<KeyedRow>(
    `export_${table}`,
    `select (${key.column})::text as export_key, ${columns} from ${table} x
     where x.tenant_id = $1 and ${isTheirs} and ${order} > coalesce($3::${key.type}, '${key.first}')
     order by ${order} limit ${batchMax}`,
  );
}

const isOfUser = 'x.user_id = $2';
const byId = (column: string) => ({ column: `x.${column}`, first: firstUuid, type: 'uuid' }) as const;
const byText = (column: string) => ({ column, first: '', type: 'text' }) as const;

const ofUser: readonly (readonly [ExportedTable, Statement<KeyedRow>])[] = [
  [
    'users',
    batchesOf(
      'users',
      byText('x.user_id'),
      isOfUser,
      `x.user_id, x.email, x.email_verified, x.phone_number, x.phone_number_verified, x.username, x.display_name, x.locale,
       x.custom, x.default_authenticator_id, x.removed_last_authenticator, x.device_theft_at, x.created_at, x.updated_at`,
    ),
  ],
  [
    'authenticators',
    batchesOf(
      'authenticators',
      byId('authenticator_id'),
      isOfUser,
      `x.authenticator_id, x.verification_method, x.slot, x.email, x.phone_number, x.credential_id, x.state, x.counter,
       x.best_assurance, x.held_until, x.contact_changed_at, x.created_at, x.verified_at, x.last_verified_at, x.app_statement`,
    ),
  ],
  [
    'recovery_codes',
    batchesOf(
      'recovery_codes',
      { column: 'x.code_number', first: '-1', type: 'smallint' },
      isOfUser,
      'x.code_number, x.created_at, x.used_at',
    ),
  ],
  [
    'helps',
    batchesOf(
      'helps',
      byId('help_id'),
      isOfUser,
      `x.help_id, x.state, x.reason, x.email, x.asked_at, x.approved_at, x.expires_at, x.used_at, x.ended_at,
       x.ended_because`,
    ),
  ],
  [
    'devices',
    batchesOf(
      'devices',
      byText('x.device_id'),
      isOfUser,
      `x.device_id, x.name, x.created_at, x.authenticated_at, x.invalidated_at, x.remembered_until,
       x.last_verification_method`,
    ),
  ],
  [
    'actions_by_month',
    batchesOf(
      'actions_by_month',
      byId('action_id'),
      `${ownerOf('x')} = ${ownId}`,
      `x.action_id, x.action_code, x.idempotency_key, x.state, x.created_at, x.updated_at, x.state_updated_at, x.decided_at,
       x.verified_at, x.denied_at, x.verification_method, x.verified_by_authenticator_id, x.assurance,
       coalesce(x.sent_ip_address, x.ip_address) as ip_address, x.user_agent, x.device_id, x.locale, x.country_code,
       x.latitude, x.longitude, x.redirect_url, x.custom, x.decision, x.earlier_decisions`,
    ),
  ],
  [
    'reviews',
    batchesOf(
      'reviews',
      byId('action_id'),
      `x.owner_id = ${ownId}`,
      'x.action_id, x.action_code, x.entered_at, x.taken_at, x.first_at, x.first_note, x.decided_at, x.note',
    ),
  ],
  [
    'user_marks',
    batchesOf(
      'user_marks',
      byText(`x.kind || ' ' || x.subject`),
      `x.owner_id = ${ownId}`,
      'x.kind, x.subject, x.action_id, x.marked_at, x.earlier_action_id, x.earlier_marked_at, x.locale',
    ),
  ],
  [
    'challenges',
    batchesOf(
      'challenges',
      byId('challenge_id'),
      isOfUser,
      `x.challenge_id, x.verification_method, x.action_code, x.idempotency_key, x.email, x.phone_number, x.request,
       x.created_at, x.expires_at, x.verified_at, x.claimed_at, x.claimed_by, x.provider, x.report`,
    ),
  ],
  [
    'sessions',
    batchesOf(
      'sessions',
      byId('session_id'),
      isOfUser,
      `x.session_id, x.client_id, x.verification_method, x.assurance, x.action_code, x.idempotency_key, x.signed_in_at,
       x.created_at, x.rotated_at, x.expires_at, x.revoked_at`,
    ),
  ],
  [
    'outbox',
    batchesOf(
      'outbox',
      byId('event_id'),
      `${isOfUser} and x.kind = 'notice'`,
      'x.event_id, x.kind, x.payload, x.created_at, x.tries, x.delivered_at, x.failed_at',
    ),
  ],
  [
    'sent_messages',
    batchesOf(
      'sent_messages',
      byId('message_id'),
      `x.subject = 'user:' || $2::text`,
      'x.message_id, x.verification_method, x.sent_at',
    ),
  ],
  [
    'events',
    batchesOf(
      'events',
      byId('event_id'),
      // An earlier user of the same id is another person.
      `${isOfUser} and x.payload is not null
       and x.created_at >= (select u.created_at from users u where u.tenant_id = $1 and u.user_id = $2)`,
      'x.event_id, x.type, x.payload::json as payload, x.created_at',
    ),
  ],
];

const guessesStatement = statement<ExportedRow>(
  'export_guess_budgets',
  `select verification_method, failures_since_reset, failures_since_success, next_try_at from guess_budgets
   where tenant_id = $1 and subject = any($2) order by verification_method, subject`,
);

const textsStatement = statement<ExportedRow>(
  'export_texts',
  // Those of 30 days, which a user's own limits keep few; an earlier user of the same id is another person.
  `select text_id, verification_method, asked_at, country_code, number_type, number_range, is_sent, reason, entered_at
   from texts where tenant_id = $1 and user_name = any($2) and asked_at >= $3 order by asked_at, text_id`,
);

const marksStatement = statement<ExportedRow>(
  'export_contact_marks',
  `select because, happened_at, recorded_at from contact_marks
   where tenant_id = $1 and subject = any($2) and because is not null order by happened_at, subject`,
);

const auditBatches = batchesOf(
  'audit_events',
  byId('event_id'),
  isOfUser,
  'x.event_id, x.event_type, x.happened_at, x.actor, x.request_id, x.data',
);

/** All rows about a person, read as they are asked for. */
export async function* exportRows(
  sql: Sql,
  exported: Exported,
): AsyncIterable<{ readonly table: ExportedTable; readonly row: ExportedRow }> {
  const { tenantId } = exported;
  // An earlier user of the same id is another person.
  const first = firstIdAt(exported.createdAtMs);
  for (const [table, batches] of ofUser) {
    yield* rowsOf(sql, table, batches, exported, table === 'sent_messages' ? first : null);
  }
  const texts = [tenantId, exported.guessSubjects, sqlTime(exported.createdAtMs)];
  for (const row of await sql.query(textsStatement, texts)) yield { table: 'texts', row };
  for (const row of await sql.query(marksStatement, [tenantId, exported.contactSubjects])) {
    yield { table: 'contact_marks', row };
  }
  for (const row of await sql.query(guessesStatement, [tenantId, exported.guessSubjects])) {
    yield { table: 'guess_budgets', row };
  }
  yield* rowsOf(sql, 'audit_events', auditBatches, exported, first);
}

/** A table's rows about a person whose key is after `last`, batch by batch. */
async function* rowsOf(
  sql: Sql,
  table: ExportedTable,
  batches: Statement<KeyedRow>,
  { tenantId, userId }: Exported,
  last: string | null,
): AsyncIterable<{ readonly table: ExportedTable; readonly row: ExportedRow }> {
  let after = last;
  for (;;) {
    const rows: readonly KeyedRow[] = await sql.query(batches, [tenantId, userId, after]);
    for (const { exportKey, ...row } of rows) {
      after = exportKey;
      yield { table, row };
    }
    if (rows.length < batchMax) return;
  }
}
