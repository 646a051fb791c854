/**
 * What operators may do: roles permit, routes require. The matrix is data, so that the portal, the pipeline, the OpenAPI
 * document and the tests read the same one.
 */
import type { Group } from '../groups.ts';

/** What a call of an operator needs. Every route that operators may call names one. */
export const permissions = {
  'activity:read': 'See actions, why they were decided so, and what is counted.',
  'users:read': 'See users, their authenticators, devices and sessions.',
  'contacts:read': 'See email addresses and phone numbers in full.',
  'contacts:reveal': 'Reveal the contacts of one user, which is recorded.',
  'reviews:decide': 'Decide actions that wait for a review.',
  'users:help':
    'Unlock users, remove their authenticators, lift holds, invalidate devices and end sessions; with a second person, help them back in.',
  'sessions:end-many': 'End the sessions of many users at once.',
  'users:export': 'Export what is known of a person.',
  'users:erase': 'Delete users with everything that belongs to them.',
  'configuration:read': 'See rules, lists, methods, texts, endpoints and alerts.',
  'configuration:change': 'Change rules, lists, methods, texts, endpoints and alerts.',
  'messages:test': 'Send test messages to an address or number of their choice.',
  'keys:read': 'See which API keys there are, without the keys themselves.',
  'keys:change': 'Make and revoke API keys.',
  'audit:read': 'See who changed what and when.',
  'audit:export': 'Export the audit log.',
  'team:read': 'See who may come in, and with which roles.',
  'team:change': 'Invite and remove operators, and change their roles.',
  'tenants:create': 'Create tenants.',
} as const;
export type Permission = keyof typeof permissions;

const reading = ['activity:read', 'users:read', 'configuration:read'] as const satisfies readonly Permission[];

/** The roles of an operator in a tenant. Several add up. */
export const roles = {
  ADMIN: Object.keys(permissions) as readonly Permission[],
  EDITOR: [...reading, 'contacts:read', 'configuration:change', 'messages:test'],
  ANALYST: [
    ...reading,
    'contacts:read',
    'contacts:reveal',
    'reviews:decide',
    'users:help',
    'sessions:end-many',
    'users:export',
  ],
  SUPPORT: [...reading, 'contacts:reveal', 'users:help'],
  AUDITOR: [...reading, 'contacts:read', 'keys:read', 'audit:read', 'audit:export', 'team:read'],
  VIEWER: [...reading],
} as const satisfies Readonly<Record<string, readonly Permission[]>>;
export type Role = keyof typeof roles;
export const roleNames = Object.keys(roles) as readonly Role[];

/** Whether one of the roles permits it. Roles that this release does not know permit nothing. */
export function permits(held: readonly string[], permission: Permission): boolean {
  return held.some(
    (role) => Object.hasOwn(roles, role) && (roles[role as Role] as readonly string[]).includes(permission),
  );
}

/** What the management API needs of an operator, where not every route of a group needs the same. */
const exceptions: Readonly<Record<string, Permission>> = {
  exportUser: 'users:export',
  eraseUser: 'users:erase',
  listUsersDevices: 'users:read',
  // These answer what is known of users as it is, with their contacts.
  evaluateRules: 'contacts:read',
  getEventDelivery: 'contacts:read',
  getEventAttempt: 'contacts:read',
};

/** What a route of the management API needs of an operator. */
export function permissionOf(id: string, group: Group, method: string): Permission {
  const exception = exceptions[id];
  if (exception !== undefined) return exception;
  if (group === 'support') return 'users:help';
  return method === 'GET' ? 'configuration:read' : 'configuration:change';
}

/** What publishing a draft of rules asks a proof for, other calls must not do without one. */
const dangerous: ReadonlySet<string> = new Set([
  'deleteUsersAuthenticator',
  'eraseUser',
  'createRule',
  'updateRule',
  'deleteRule',
  'updateActionConfiguration',
  'archiveActionConfiguration',
]);

/**
 * Whether a call of the management API can take away a user, or their means to prove who they are, or change at once how actions
 * are decided.
 */
export function isDangerousFor(id: string): boolean {
  return dangerous.has(id);
}
