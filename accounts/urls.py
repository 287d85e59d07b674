from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("noi-dung-da-go/", views.show_kept_form, name="kept_form"),
    path("dang-nhap/", views.SignIn.as_view(), name="login"),
    path("dang-xuat/", views.SignOut.as_view(), name="logout"),
    path("con-day/", views.keep_alive, name="keep_alive"),
    path("don-vi-hanh-chinh/<slug:parent>/", views.units, name="units"),
    path("", views.account, name="account"),
    path("thu-dien-tu/", views.change_email, name="email"),
    path("thu-dien-tu/xac-nhan/<str:token>/", views.confirm_email, name="confirm_email"),
    path("phien-lam-viec/", views.end_sessions, name="end_sessions"),
    path("loi-moi/<str:token>/", views.accept_invitation, name="invitation"),
    path("yeu-cau-vai-tro/", views.confirm_roles, name="role_requests"),
    path("mat-khau/", views.ChangePassword.as_view(), name="password"),
]
