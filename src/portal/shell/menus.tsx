/** Menus of the frame; they come in a chunk of their own. */
import { menusTexts } from '#portal-texts/menus.ts';
import { Menu } from '@base-ui/react/menu';
import { useNavigate } from '@tanstack/react-router';
import { Building2, Check, ChevronsUpDown, LogOut, Mail, Monitor, MonitorSmartphone, Moon, Sun } from 'lucide-react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { environmentWords, roleWords } from '../kit/words.ts';
import { Mark } from './mark.tsx';
import { useScene } from './tenant.tsx';
import { chooseTheme, chosenTheme } from './theme.ts';
import type { Theme } from './theme.ts';
import { useSignOut } from './use-sign-out.ts';

function Popup({ side, children }: { readonly side: 'top' | 'bottom'; readonly children: ReactNode }) {
  return (
    <Menu.Portal>
      <Menu.Positioner className="Positioner" side={side} align="start" sideOffset={4}>
        <Menu.Popup className="Menu">{children}</Menu.Popup>
      </Menu.Positioner>
    </Menu.Portal>
  );
}

/** `isOpen`: it was clicked before it had come. */
export function TenantMenu({ isOpen }: { readonly isOpen: boolean }) {
  const { session, tenant } = useScene();
  const navigate = useNavigate();
  return (
    <Menu.Root modal={false} defaultOpen={isOpen}>
      <Menu.Trigger className="TenantButton">
        <Mark size={22} />
        <span>{tenant.name}</span>
        <ChevronsUpDown size={14} aria-hidden />
      </Menu.Trigger>
      <Popup side="bottom">
        <Menu.RadioGroup
          value={tenant.tenantId}
          onValueChange={(tenantId: string) => void navigate({ to: '/t/$tenantId', params: { tenantId } })}
        >
          <Menu.Group>
            <Menu.GroupLabel className="MenuLabel">{menusTexts.tenants}</Menu.GroupLabel>
            {session.tenants.map(({ tenantId, name, environment, roles }) => (
              <Menu.RadioItem key={tenantId} value={tenantId} className="MenuItem" closeOnClick>
                <span className="MenuMain">
                  {name}
                  <small>
                    {[
                      ...(environment === undefined ? [] : [environmentWords(environment)]),
                      ...roles.map(roleWords),
                    ].join(', ')}
                  </small>
                </span>
                <Menu.RadioItemIndicator>
                  <Check size={14} aria-hidden />
                </Menu.RadioItemIndicator>
              </Menu.RadioItem>
            ))}
          </Menu.Group>
        </Menu.RadioGroup>
        <Menu.Separator className="MenuLine" />
        <Menu.Item
          className="MenuItem"
          onClick={() => void navigate({ to: '/t/$tenantId/tenants', params: { tenantId: tenant.tenantId } })}
        >
          <Building2 size={14} aria-hidden />
          <span className="MenuMain">{menusTexts.allTenants}</span>
        </Menu.Item>
      </Popup>
    </Menu.Root>
  );
}

const looks: readonly { readonly theme: Theme; readonly words: string; readonly icon: ReactNode }[] = [
  { theme: 'system', words: menusTexts.systemTheme, icon: <Monitor size={14} aria-hidden /> },
  { theme: 'light', words: menusTexts.lightTheme, icon: <Sun size={14} aria-hidden /> },
  { theme: 'dark', words: menusTexts.darkTheme, icon: <Moon size={14} aria-hidden /> },
];

export function AccountMenu({ isOpen }: { readonly isOpen: boolean }) {
  const { session, tenant } = useScene();
  const navigate = useNavigate();
  const signOut = useSignOut();
  const [theme, setTheme] = useState(chosenTheme);
  return (
    <Menu.Root modal={false} defaultOpen={isOpen}>
      <Menu.Trigger className="NavLink AccountButton">
        <span className="Avatar" aria-hidden>
          {Array.from(session.name)[0] ?? '?'}
        </span>
        <span className="AccountName">{session.name}</span>
        <ChevronsUpDown size={14} aria-hidden />
      </Menu.Trigger>
      <Popup side="top">
        <div className="MenuHead">
          {session.email}
          <small>{tenant.roles.map(roleWords).join(', ')}</small>
        </div>
        <Menu.Separator className="MenuLine" />
        <Menu.RadioGroup
          value={theme}
          onValueChange={(chosen: Theme) => {
            chooseTheme(chosen);
            setTheme(chosen);
          }}
        >
          <Menu.Group>
            <Menu.GroupLabel className="MenuLabel">{menusTexts.theme}</Menu.GroupLabel>
            {looks.map(({ theme: one, words, icon }) => (
              <Menu.RadioItem key={one} value={one} className="MenuItem" closeOnClick={false}>
                {icon}
                <span className="MenuMain">{words}</span>
                <Menu.RadioItemIndicator>
                  <Check size={14} aria-hidden />
                </Menu.RadioItemIndicator>
              </Menu.RadioItem>
            ))}
          </Menu.Group>
        </Menu.RadioGroup>
        <Menu.Separator className="MenuLine" />
        <Menu.Item
          className="MenuItem"
          onClick={() => void navigate({ to: '/t/$tenantId/sessions', params: { tenantId: tenant.tenantId } })}
        >
          <MonitorSmartphone size={14} aria-hidden />
          <span className="MenuMain">{menusTexts.yourSessions}</span>
        </Menu.Item>
        <Menu.Item
          className="MenuItem"
          onClick={() => void navigate({ to: '/t/$tenantId/mail', params: { tenantId: tenant.tenantId } })}
        >
          <Mail size={14} aria-hidden />
          <span className="MenuMain">{menusTexts.yourMail}</span>
        </Menu.Item>
        <Menu.Item className="MenuItem" onClick={signOut}>
          <LogOut size={14} aria-hidden />
          <span className="MenuMain">{menusTexts.signOut}</span>
        </Menu.Item>
      </Popup>
    </Menu.Root>
  );
}
