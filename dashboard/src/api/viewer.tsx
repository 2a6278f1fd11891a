// Who is signed in, and what their roles may do.
import { createContext, type ReactNode, useContext, useMemo } from 'react';
import { ROLES_OF, type RootField } from './generated/access';
import type { ViewerQuery } from './generated/documents';

export type Role = 'SYSTEM_MANAGER' | 'INTEGRATION_MANAGER' | 'SUPPORT' | 'AUDITOR' | 'PUBLISHER';

export interface ViewerFacts {
  about: ViewerQuery['about'];
  /** null for a key of PUBLISHER, and for nobody. */
  user: ViewerQuery['viewer'];
  /** Those of the session: a key may have fewer than its user. Empty: nobody is signed in. */
  roles: readonly Role[];
  /** Whether the roles may use a root field of the API. */
  may(field: RootField): boolean;
}

const ViewerContext = createContext<ViewerFacts | null>(null);

export function ViewerProvider({ data, children }: { data: ViewerQuery; children: ReactNode }) {
  const facts = useMemo((): ViewerFacts => {
    const roles = data.viewerRoles as readonly Role[];
    const may = (field: RootField) => {
      const allowed: readonly Role[] | null = ROLES_OF[field];
      return allowed === null || allowed.some((role) => roles.includes(role));
    };
    return { about: data.about, user: data.viewer, roles, may };
  }, [data]);
  return <ViewerContext value={facts}>{children}</ViewerContext>;
}

export function useViewer(): ViewerFacts {
  const facts = useContext(ViewerContext);
  if (!facts) throw new Error('there is no ViewerProvider above this component');
  return facts;
}
