from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("dang-nhap/", views.SignIn.as_view(), name="login"),
    path("dang-xuat/", views.SignOut.as_view(), name="logout"),
    path("con-day/", views.still_here, name="still_here"),
    path("mat-khau/", views.ChangePassword.as_view(), name="password"),
]
