import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { checkInput } from '../../graphql/arguments/check-input';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/example';
import { payloadOf } from '../../graphql/mutation-payload';
import { HasRole } from '../../graphql/roles/has-role';
import { masksOf } from '../../graphql/roles/masked';
import { answer } from '../../graphql/user-error';
import type { ExportRow } from '../../request-log/export/export.store';
import { ExportType } from '../../request-log/export/export.type';
import type { Viewer } from '../../viewer';
import { orderPersonalData } from '../personal-data/export-personal-data';
import { targetOf } from './erasure-target';
import { ExportPersonalDataInput } from './personal-data.inputs';

const ExportPersonalDataPayload = payloadOf('ExportPersonalData', {
  export: [() => ExportType, 'The export. The file is at its `url`.'],
});

@Resolver()
export class PersonalDataResolver {
  @HasRole('SYSTEM_MANAGER')
  @Mutation(() => ExportPersonalDataPayload, {
    description: withExample(
      'Creates a file of everything that is recorded about a user, or about a person whom documents name, with ' +
        'the partners that have received it (GDPR Art. 15). The file is NDJSON; each line names its kind. It is ' +
        'made while it is downloaded from `url`, by a SYSTEM_MANAGER, within 24 hours.',
      'mutation {\n  exportPersonalData(input: {\n    documentType: "Customer"\n    name: "Jane Doe"\n    reason: "Request 16 ' +
        'under Art. 15"\n  }) { export { url expiresAt } userErrors { field message } }\n}',
    ),
  })
  exportPersonalData(
    @Ctx() context: Context,
    @Arg('input', () => ExportPersonalDataInput, { description: 'The person, and the reason.' })
    input: ExportPersonalDataInput,
  ) {
    return answer({ export: null as ExportRow | null }, async () => {
      checkInput(input);
      const { reason, ...given } = input;
      const target = await targetOf(context.db, masksOf(context).seesAll, given);
      return {
        export: await context.transaction((db) => orderPersonalData(db, context.viewer as Viewer, target, reason)),
      };
    });
  }
}
