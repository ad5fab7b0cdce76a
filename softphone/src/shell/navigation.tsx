import { NavLink as MantineNavLink } from "@mantine/core";
import {
  IconAddressBook,
  IconArrowsLeftRight,
  IconCalendarTime,
  IconChartBar,
  IconClipboardList,
  IconHeadset,
  IconHistory,
  IconLayoutDashboard,
  IconListDetails,
  IconMusic,
  IconPhone,
  IconPhoneCall,
  IconRoute,
  IconServer2,
  IconStars,
  IconTag,
  IconUrgent,
  IconUsers,
  IconUsersGroup,
  IconUsersPlus,
  type Icon,
} from "@tabler/icons-react";
import type { people } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";
import { useHasRole } from "../session/session.tsx";
import classes from "./shell.module.css";

const places = [
  { to: "/desk", name: "desk", icon: IconHeadset, role: "agent" },
  { to: "/live", name: "live", icon: IconLayoutDashboard, role: "supervisor" },
  { to: "/interactions", name: "interactions", icon: IconListDetails, role: "agent" },
  { to: "/customers", name: "customers", icon: IconAddressBook, role: "supervisor" },
  { to: "/callbacks", name: "callbacks", icon: IconPhoneCall, role: "supervisor" },
  { to: "/reports", name: "reports", icon: IconChartBar, role: "supervisor" },
] as const;

const administration = [
  { to: "/admin/people", name: "people", icon: IconUsers, role: "supervisor" },
  { to: "/admin/queues", name: "queues", icon: IconUsersGroup, role: "supervisor" },
  { to: "/admin/skills", name: "skills", icon: IconStars, role: "supervisor" },
  { to: "/admin/teams", name: "teams", icon: IconUsersPlus, role: "supervisor" },
  { to: "/admin/schedules", name: "schedules", icon: IconCalendarTime, role: "supervisor" },
  { to: "/admin/versions", name: "versions", icon: IconHistory, role: "supervisor" },
  { to: "/admin/numbers", name: "numbers", icon: IconPhone, role: "supervisor" },
  { to: "/admin/flows", name: "flows", icon: IconRoute, role: "supervisor" },
  { to: "/admin/prompts", name: "prompts", icon: IconMusic, role: "supervisor" },
  { to: "/admin/emergency", name: "emergency", icon: IconUrgent, role: "supervisor" },
  { to: "/admin/trunks", name: "trunks", icon: IconArrowsLeftRight, role: "administrator" },
  { to: "/admin/servers", name: "servers", icon: IconServer2, role: "administrator" },
  { to: "/admin/labels", name: "labels", icon: IconTag, role: "administrator" },
  { to: "/admin/audit", name: "audit", icon: IconClipboardList, role: "administrator" },
] as const;

/** Where one may go, by role. */
export function Navigation(props: { onGo: () => void }) {
  const { t } = useTranslation();
  const isSupervisor = useHasRole("supervisor");
  return (
    <nav aria-label={t("nav.label")} className={classes["nav"]}>
      {places.map((place) => (
        <Place key={place.to} {...place} onGo={props.onGo} />
      ))}
      {isSupervisor && <div className={classes["navGroup"]}>{t("nav.administration")}</div>}
      {administration.map((place) => (
        <Place key={place.to} {...place} onGo={props.onGo} />
      ))}
    </nav>
  );
}

function Place(props: {
  to: string;
  name: (typeof places)[number]["name"] | (typeof administration)[number]["name"];
  icon: Icon;
  role: people.Role;
  onGo: () => void;
}) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const isAllowed = useHasRole(props.role);
  if (!isAllowed) return null;
  const isHere = pathname.startsWith(props.to);
  return (
    <MantineNavLink
      component={Link}
      to={props.to}
      label={t(`nav.${props.name}`)}
      leftSection={<props.icon size={17} stroke={1.8} />}
      active={isHere}
      aria-current={isHere ? "page" : undefined}
      onClick={props.onGo}
      className={classes["navLink"] ?? ""}
    />
  );
}
