import { SecondPersonsDocument } from '../api/generated/documents';
import { useApi } from '../api/use-api';
import { useViewer } from '../api/viewer';
import { usePrivacyTexts } from './texts';

/** Why an act waits, who may approve it, and what happens where nobody can. */
export function SecondPerson() {
  const texts = usePrivacyTexts();
  const { about, user } = useViewer();
  const hasProvider = about.signInMethods.includes('OPENID_CONNECT');
  const query = useApi(SecondPersonsDocument, {}, { enabled: hasProvider });
  const others = query.data?.data.users?.nodes.filter(({ id, identityIssuer }) => id !== user?.id && identityIssuer);
  return (
    <div className="note stack" data-tone="refused">
      <p>
        <strong>{texts.second}</strong>
      </p>
      <p>{texts.secondRule}</p>
      <p>{!hasProvider ? texts.secondNobody : others?.length === 0 ? texts.secondNone : texts.secondWho}</p>
      {others && others.length > 0 ? (
        <div>
          <p>{texts.secondPersons}</p>
          <ul>
            {others.map(({ id, name, fullName }) => (
              <li key={id}>
                <bdi>{fullName ?? name}</bdi>
              </li>
            ))}
          </ul>
        </div>
      ) : null}
    </div>
  );
}
