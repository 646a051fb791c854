import type { MessagingTemplates } from '../../core/actions/fill-message.ts';
import { statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import { isNamed, keyValues, named } from './actions/named.ts';
import type { ActionKey } from './actions/named.ts';

type Custom = Readonly<Record<string, unknown>>;

/** A tenant's own words for an action, and the data that they may name. */
export interface MessageWords {
  readonly messagingTemplates: MessagingTemplates | null;
  readonly actionCustom: Custom | null;
  readonly userCustom: Custom | null;
}

const loadStatement = statement<MessageWords>(
  'load_message_words',
  `with ${named}
   select c.messaging_templates, x.custom as action_custom, u.custom as user_custom
   from actions_by_month x
   join users u on u.tenant_id = $1 and u.user_id = $2
   left join action_configurations c on c.tenant_id = $1 and c.action_code = $3 and c.archived_at is null
   where ${isNamed('x')}`,
);

/** The words for an action and its user; undefined if it is gone. */
export async function loadMessageWords(sql: Sql, key: ActionKey): Promise<MessageWords | undefined> {
  const [row] = await sql.query(loadStatement, keyValues(key));
  return row;
}

const templatesStatement = statement<Pick<MessageWords, 'messagingTemplates'>>(
  'load_messaging_templates',
  `select messaging_templates from action_configurations
   where tenant_id = $1 and action_code = $2 and archived_at is null`,
);

/** The words for an action that belongs to nobody yet. */
export async function loadMessagingTemplates(
  sql: Sql,
  tenantId: string,
  actionCode: string,
): Promise<MessagingTemplates | null> {
  const [row] = await sql.query(templatesStatement, [tenantId, actionCode]);
  return row?.messagingTemplates ?? null;
}
