import { Stack } from "@mantine/core";
import { Password, Profile } from "@/features/account/Profile";
import { SignOut } from "@/features/account/SignOut";
import { account } from "@/i18n/en/account";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { Page } from "@/ui/Page";
import { Preferences } from "../Preferences";

export function AccountPage() {
  const t = useWords(account);
  return (
    <Page title={t.title}>
      <Stack gap="lg" maw="46rem">
        <Card title={t.profile}>
          <Profile />
        </Card>
        <Card title={t.password}>
          <Password />
        </Card>
        <Card title={t.preferences}>
          <Preferences />
        </Card>
        <Card title={t.session}>
          <SignOut />
        </Card>
      </Stack>
    </Page>
  );
}
