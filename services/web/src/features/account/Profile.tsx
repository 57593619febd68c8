import { Skeleton, Stack } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { $api } from "@/api/client";
import type { User } from "@/api/schema";
import { account as words } from "@/i18n/en/account";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { day } from "@/ui/format";
import classes from "./Account.module.css";
import { PasswordForm } from "./PasswordForm";
import { ProfileForm } from "./ProfileForm";

const PROFILE = "/api/v1/users/profile";

/** The account as it is on the server: another tab or device may have changed it since signing in. */
function useProfile() {
  return $api.useQuery("get", PROFILE, {});
}

/** Names and facts of the account. */
export function Profile() {
  const client = useQueryClient();
  const { data, error, refetch } = useProfile();
  if (!data && error) return <FailureNote error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading />;
  const show = (user: User) => client.setQueryData<User>($api.queryOptions("get", PROFILE, {}).queryKey, user);
  return (
    <Stack gap="lg">
      <Facts user={data} />
      <ProfileForm user={data} onSaved={show} />
    </Stack>
  );
}

/** Changes the password of the account. */
export function Password() {
  const { data } = useProfile();
  return <PasswordForm email={data?.email ?? ""} />;
}

function Facts({ user }: { user: User }) {
  const t = useWords(common);
  const w = useWords(words);
  return (
    <dl className={classes.facts}>
      <div>
        <dt>{w.role}</dt>
        <dd>{t.role[user.role]}</dd>
      </div>
      <div>
        <dt>{w.memberSince}</dt>
        <dd>
          <time dateTime={user.createdAt}>{day(user.createdAt)}</time>
        </dd>
      </div>
    </dl>
  );
}

function Loading() {
  const t = useWords(common);
  return (
    <Stack role="status" aria-label={t.loading} maw="30rem">
      <Skeleton height="2.8rem" />
      <Skeleton height="3.7rem" />
      <Skeleton height="3.7rem" />
      <Skeleton height="4.9rem" />
      <Skeleton height="2.25rem" width="6rem" />
    </Stack>
  );
}
