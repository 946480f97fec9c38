DROP TABLE distributor_invitations;
