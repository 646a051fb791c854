/** Where one can go, and what it needs. */
import { placesTexts } from '#portal-texts/shell.ts';
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
  { to: '/t/$tenantId', words: placesTexts.home, key: 'g h', icon: House, needs: 'activity:read' },
  { to: '/t/$tenantId/activity', words: placesTexts.activity, key: 'g a', icon: Activity, needs: 'activity:read' },
  { to: '/t/$tenantId/reviews', words: placesTexts.reviews, key: 'g r', icon: ClipboardCheck, needs: 'activity:read' },
  { to: '/t/$tenantId/users', words: placesTexts.users, key: 'g u', icon: Users, needs: 'users:read' },
  { to: '/t/$tenantId/rules', words: placesTexts.actions, key: 'g c', icon: ListChecks, needs: 'configuration:read' },
  {
    to: '/t/$tenantId/settings',
    words: placesTexts.settings,
    key: 'g s',
    icon: SlidersHorizontal,
    needs: 'configuration:read',
  },
  { to: '/t/$tenantId/audit', words: placesTexts.auditLog, key: 'g l', icon: ScrollText, needs: 'audit:read' },
  { to: '/t/$tenantId/health', words: placesTexts.health, key: 'g e', icon: HeartPulse, needs: 'configuration:read' },
  { to: '/t/$tenantId/team', words: placesTexts.team, key: 'g t', icon: UsersRound, needs: 'team:read' },
] as const satisfies readonly { readonly needs: Permission; readonly [member: string]: unknown }[];

/** The pages of Settings. */
export const settingsPlaces = [
  { to: '/t/$tenantId/settings/lists', words: placesTexts.lists, needs: 'configuration:read' },
  { to: '/t/$tenantId/settings/data-points', words: placesTexts.dataPoints, needs: 'configuration:read' },
  { to: '/t/$tenantId/settings/methods', words: placesTexts.methods, needs: 'configuration:read' },
  { to: '/t/$tenantId/settings/messages', words: placesTexts.messages, needs: 'configuration:read' },
  { to: '/t/$tenantId/settings/branding', words: placesTexts.branding, needs: 'configuration:read' },
  { to: '/t/$tenantId/settings/endpoints', words: placesTexts.endpoints, needs: 'configuration:read' },
  { to: '/t/$tenantId/settings/alerts', words: placesTexts.alerts, needs: 'configuration:read' },
  { to: '/t/$tenantId/settings/keys', words: placesTexts.apiKeys, needs: 'keys:read' },
  { to: '/t/$tenantId/settings/tenant', words: placesTexts.tenant, needs: 'configuration:read' },
  { to: '/t/$tenantId/settings/test-action', words: placesTexts.testAction, needs: 'configuration:change' },
] as const satisfies readonly { readonly needs: Permission; readonly [member: string]: unknown }[];
