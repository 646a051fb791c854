/** Where one can go, and what it needs. */
import {
  Activity,
  ClipboardCheck,
  HeartPulse,
  House,
  ScrollText,
  ListChecks,
  SlidersHorizontal,
  Users,
  UsersRound,
} from 'lucide-react';
import type { Permission } from '../api/types.ts';

export const places = [
  { to: '/t/$tenantId', words: 'Home', key: 'g h', icon: House, needs: 'activity:read' },
  { to: '/t/$tenantId/activity', words: 'Activity', key: 'g a', icon: Activity, needs: 'activity:read' },
  { to: '/t/$tenantId/reviews', words: 'Reviews', key: 'g r', icon: ClipboardCheck, needs: 'activity:read' },
  { to: '/t/$tenantId/users', words: 'Users', key: 'g u', icon: Users, needs: 'users:read' },
  { to: '/t/$tenantId/rules', words: 'Actions', key: 'g c', icon: ListChecks, needs: 'configuration:read' },
  { to: '/t/$tenantId/settings', words: 'Settings', key: 'g s', icon: SlidersHorizontal, needs: 'configuration:read' },
  { to: '/t/$tenantId/audit', words: 'Audit log', key: 'g l', icon: ScrollText, needs: 'audit:read' },
  { to: '/t/$tenantId/health', words: 'Health', key: 'g e', icon: HeartPulse, needs: 'configuration:read' },
  { to: '/t/$tenantId/team', words: 'Team', key: 'g t', icon: UsersRound, needs: 'team:read' },
] as const satisfies readonly { readonly needs: Permission; readonly [member: string]: unknown }[];

/** The pages of Settings. */
export const settingsPlaces = [
  { to: '/t/$tenantId/settings/lists', words: 'Lists', needs: 'configuration:read' },
  { to: '/t/$tenantId/settings/data-points', words: 'Data points', needs: 'configuration:read' },
  { to: '/t/$tenantId/settings/methods', words: 'Methods', needs: 'configuration:read' },
  { to: '/t/$tenantId/settings/messages', words: 'Messages', needs: 'configuration:read' },
  { to: '/t/$tenantId/settings/branding', words: 'Branding', needs: 'configuration:read' },
  { to: '/t/$tenantId/settings/endpoints', words: 'Endpoints', needs: 'configuration:read' },
  { to: '/t/$tenantId/settings/alerts', words: 'Alerts', needs: 'configuration:read' },
  { to: '/t/$tenantId/settings/keys', words: 'API keys', needs: 'keys:read' },
  { to: '/t/$tenantId/settings/tenant', words: 'Tenant', needs: 'configuration:read' },
  { to: '/t/$tenantId/settings/test-action', words: 'Test action', needs: 'configuration:change' },
] as const satisfies readonly { readonly needs: Permission; readonly [member: string]: unknown }[];
