import { ActionIcon, AppShell, Burger, Menu, Tooltip, UnstyledButton, Avatar } from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import { IconKey, IconKeyboard, IconLogout } from "@tabler/icons-react";
import { Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Outlet } from "react-router";
import { useMe, useSession } from "../session/session.tsx";
import { Brand } from "../shared/brand.tsx";
import { LoadingRows } from "../shared/page.tsx";
import { useShowRefusal } from "../shared/refusals.tsx";
import { useShortcuts } from "../shared/shortcuts.tsx";
import { Banners } from "./banners.tsx";
import { CallAttendant } from "./call-attendant.tsx";
import { HelpSheet } from "./help-sheet.tsx";
import { Navigation } from "./navigation.tsx";
import { PasswordDialog } from "./password-dialog.tsx";
import { PhoneChip } from "./phone-chip.tsx";
import { LanguageSwitch, SchemeSwitch } from "./preferences.tsx";
import classes from "./shell.module.css";
import { StatusControl } from "./status-control.tsx";

/** The frame around every screen of a signed-in person. */
export function Shell() {
  const [isNavOpen, nav] = useDisclosure(false);
  const isNarrow = useMediaQuery("(width <= 48em)") ?? false;
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 212, breakpoint: "sm", collapsed: { mobile: !isNavOpen } }}
      layout="alt"
      withBorder
    >
      <AppShell.Header>
        <Header isNavOpen={isNavOpen} toggleNav={nav.toggle} isNarrow={isNarrow} />
      </AppShell.Header>
      <AppShell.Navbar className={classes["navbar"] ?? ""}>
        <div className={classes["brand"]}>
          {isNarrow ? <Burger opened onClick={nav.toggle} size="sm" aria-label="Close" /> : <Brand />}
        </div>
        <Navigation onGo={nav.close} />
      </AppShell.Navbar>
      <AppShell.Main>
        {isNarrow && (
          <div className={classes["second"]}>
            <StatusControl />
          </div>
        )}
        <Banners />
        <CallAttendant />
        <Suspense fallback={<LoadingRows />}>
          <Outlet />
        </Suspense>
      </AppShell.Main>
    </AppShell>
  );
}

function Header(props: { isNavOpen: boolean; toggleNav: () => void; isNarrow: boolean }) {
  const { t } = useTranslation();
  const [isHelpOpen, help] = useDisclosure(false);
  useShortcuts({ "?": help.toggle });
  return (
    <div className={classes["header"]}>
      {props.isNarrow && (
        <>
          <Burger opened={props.isNavOpen} onClick={props.toggleNav} size="sm" aria-label={t("nav.open")} />
          <Brand size={20} />
        </>
      )}
      {!props.isNarrow && <StatusControl />}
      <span className={classes["spacer"]} />
      <PhoneChip />
      <Tooltip label={t("help.title")}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          className={classes["wide"] ?? ""}
          onClick={help.open}
          aria-label={t("help.title")}
        >
          <IconKeyboard size={19} />
        </ActionIcon>
      </Tooltip>
      <LanguageSwitch />
      <SchemeSwitch />
      <PersonMenu />
      <HelpSheet opened={isHelpOpen} onClose={help.close} />
    </div>
  );
}

function PersonMenu() {
  const { t } = useTranslation();
  const me = useMe();
  const session = useSession();
  const show = useShowRefusal();
  const [isPasswordOpen, password] = useDisclosure(false);
  return (
    <>
      <Menu position="bottom-end" withinPortal width={220}>
        <Menu.Target>
          <UnstyledButton aria-label={t("person.menu", { name: me.name })} data-testid="person-menu">
            <Avatar name={me.name} size={30} radius="xl" color="petrol" variant="light" />
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>
            {me.name} · {t(`role.${me.role}`)}
          </Menu.Label>
          <Menu.Item leftSection={<IconKey size={15} />} onClick={password.open}>
            {t("person.changePassword")}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconLogout size={15} />}
            onClick={() => void session.signOut().catch(show)}
            data-testid="sign-out"
          >
            {t("person.signOut")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <PasswordDialog opened={isPasswordOpen} onClose={password.close} />
    </>
  );
}
